package clouddp_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/clouddp/clouddptest"
	"github.com/clouddp/sdk/dns"
	"github.com/clouddp/sdk/statusmsg"
	"github.com/clouddp/sdk/statusmsg/cmlog"
)

const name = "clouddp.contoso.com"

// inLab runs test in a bubble with a laboratory of its own and a client that polls as often as it does by default.
func inLab(t *testing.T, test func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		lab := clouddptest.NewLab()
		test(t, lab, newClient(lab))
	})
}

func newClient(lab *clouddptest.Lab) *clouddp.Client {
	client := lab.Client()
	client.PollInterval = 0
	return client
}

func create(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
	t.Helper()
	wait(t)(client.Create(t.Context(), lab.Spec("clouddp")))
}

func wait(t *testing.T) func(*clouddp.Operation, error) clouddp.Status {
	t.Helper()
	return func(op *clouddp.Operation, err error) clouddp.Status {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		status, err := op.Wait(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return status
	}
}

func waitError(t *testing.T, op *clouddp.Operation, err error) error {
	t.Helper()
	if err == nil {
		_, err = op.Wait(t.Context())
	}
	if err == nil {
		t.Fatal("no error")
	}
	return err
}

func TestCreatePutsTheServiceIntoService(t *testing.T) {
	inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
		var log bytes.Buffer
		client.Log = &cmlog.Writer{W: &log}
		lab.Cloud.ProvisionTime = 29 * time.Minute
		op, err := client.Create(t.Context(), lab.Spec("clouddp"))
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		var states []clouddp.State
		for status, err := range op.Updates(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if n := len(states); n == 0 || states[n-1] != status.State {
				states = append(states, status.State)
			}
		}
		if took := time.Since(began); took < 29*time.Minute || took > 30*time.Minute {
			t.Errorf("took %s of the bubble's time, want 29 to 30 minutes", took)
		}
		if want := []clouddp.State{clouddp.StateWorking, clouddp.StateReady}; !slices.Equal(states, want) {
			t.Errorf("states %v, want %v", states, want)
		}
		if host := op.Status().Host; host != "clouddp.cloudapp.net" {
			t.Errorf("host %q", host)
		}
		checkAlias(t, lab, "clouddp.cloudapp.net")
		checkMessages(t, lab, 1)
		for _, line := range []string{"Starting to deploy service clouddp", "is BusyRole.", "STATMSG: ID=9409"} {
			if !strings.Contains(log.String(), line) {
				t.Errorf("the log lacks %q:\n%s", line, log.String())
			}
		}
		report, err := client.Verify(t.Context(), name)
		if err != nil || !report.OK() {
			t.Errorf("Verify: %v\n%s", err, report)
		}
	})
}

func checkAlias(t *testing.T, lab *clouddptest.Lab, want string) {
	t.Helper()
	records, err := lab.Zone.Lookup(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	var got string
	for _, r := range records {
		got = r.Value
	}
	if got != want {
		t.Errorf("the alias leads to %q, want %q", got, want)
	}
}

func checkMessages(t *testing.T, lab *clouddptest.Lab, want int) {
	t.Helper()
	got := 0
	for _, err := range lab.Messages.Messages(t.Context(), statusmsg.Query{IDs: []statusmsg.ID{statusmsg.CloudDPReady}}) {
		if err != nil {
			t.Fatal(err)
		}
		got++
	}
	if got != want {
		t.Errorf("%d messages 9409, want %d", got, want)
	}
}

func TestCreateAgainChangesNothing(t *testing.T) {
	inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
		create(t, lab, client)
		writes := lab.Cloud.Writes()
		create(t, lab, client)
		wait(t)(client.Resume(t.Context(), name))
		if now := lab.Cloud.Writes(); now != writes {
			t.Errorf("%d writes the second time", now-writes)
		}
		checkMessages(t, lab, 1)
	})
}

// TestCreateSurvivesACrashAnywhere drops the client after each number of polls and goes on with a new one.
func TestCreateSurvivesACrashAnywhere(t *testing.T) {
	for polls := range 12 {
		inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
			lab.Cloud.ProvisionTime, lab.Cloud.OperationTime = time.Minute, 15*time.Second
			op, err := client.Create(t.Context(), lab.Spec("clouddp"))
			if err != nil {
				t.Fatal(err)
			}
			for range polls {
				if _, err := op.Poll(t.Context()); err != nil {
					t.Fatal(err)
				}
				time.Sleep(10 * time.Second)
			}
			create(t, lab, newClient(lab))
			want := []string{
				"cloud service clouddp", "deployment clouddp", "service certificate " + lab.Spec("clouddp").Thumbprint.String(), "storage account clouddp",
			}
			if got := lab.Cloud.Inventory(); len(got) != len(want) {
				t.Errorf("after %d polls and a crash: %v", polls, got)
			}
			checkMessages(t, lab, 1)
		})
	}
}

func TestFaultsThatPass(t *testing.T) {
	for fault, title := range map[clouddptest.Fault]string{
		clouddptest.FaultBusy:        "busy",
		clouddptest.FaultLostAnswer:  "lost answer",
		clouddptest.FaultForgotten:   "forgotten operation",
		clouddptest.FaultUnreachable: "unreachable",
	} {
		for before := range 5 {
			t.Run(title, func(t *testing.T) {
				inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
					op, err := client.Create(t.Context(), lab.Spec("clouddp"))
					if err != nil {
						t.Fatal(err)
					}
					for range before {
						if _, err := op.Poll(t.Context()); err != nil {
							t.Fatal(err)
						}
					}
					lab.Cloud.Inject(fault)
					wait(t)(op, nil)
					if n := len(lab.Cloud.Inventory()); n != 4 {
						t.Errorf("%d resources, want 4: %v", n, lab.Cloud.Inventory())
					}
				})
			})
		}
	}
}

func TestFailureThatArrivesLater(t *testing.T) {
	inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
		lab.Cloud.OperationTime = time.Minute
		lab.Cloud.Inject(clouddptest.FaultFailed)
		op, err := client.Create(t.Context(), lab.Spec("clouddp"))
		err = waitError(t, op, err)
		state, ok := errors.AsType[*clouddp.StateError](err)
		if !ok || !errors.Is(err, clouddp.ErrLimit) || state.Status.State != clouddp.StateFailed {
			t.Errorf("got %v, want a StateError that matches ErrLimit", err)
		}
		writes := lab.Cloud.Writes()
		if _, again := op.Poll(t.Context()); !errors.Is(again, err) || lab.Cloud.Writes() != writes {
			t.Errorf("polling a failed operation: %v, %d more writes", again, lab.Cloud.Writes()-writes)
		}
		wait(t)(client.Resume(t.Context(), name))
	})
}

func TestDeadline(t *testing.T) {
	inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
		lab.Cloud.ProvisionTime = 3 * time.Hour
		began := time.Now()
		op, err := client.Create(t.Context(), lab.Spec("clouddp"))
		err = waitError(t, op, err)
		if !errors.Is(err, clouddp.ErrDeadline) {
			t.Errorf("got %v, want ErrDeadline", err)
		}
		if took := time.Since(began); took < 2*time.Hour || took > 2*time.Hour+time.Minute {
			t.Errorf("gave up after %s, want 2 h", took)
		}
		wait(t)(client.Resume(t.Context(), name))
		checkMessages(t, lab, 1)
	})
}

func TestForeignPartsAreLeftAlone(t *testing.T) {
	for i := range 4 {
		inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
			spec := lab.Spec("clouddp")
			certificate, err := lab.Certificate(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			spec.Thumbprint = certificate.Thumbprint()
			parts, err := lab.Cloud.Parts(spec)
			if err != nil {
				t.Fatal(err)
			}
			lab.Cloud.Plant(spec, parts[i], "XYZ/other.contoso.com")
			op, err := client.Create(t.Context(), spec)
			err = waitError(t, op, err)
			foreign, ok := errors.AsType[*clouddp.ForeignError](err)
			if !ok || foreign.Owner != "XYZ/other.contoso.com" || foreign.Part.Kind != parts[i].Kind {
				t.Errorf("got %v, want a ForeignError for the %s", err, parts[i].Kind)
			}
			op, err = client.Delete(t.Context(), name)
			if err = waitError(t, op, err); !errors.Is(err, clouddp.ErrForeign) {
				t.Errorf("Delete: %v, want ErrForeign", err)
			}
			if n := lab.Cloud.Writes(); n != 0 {
				t.Errorf("%d writes beside a foreign %s", n, parts[i].Kind)
			}
			wait(t)(client.Adopt(t.Context(), spec))
		})
	}
}

func TestNameTakenByAnotherSubscription(t *testing.T) {
	inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
		lab.Cloud.Take("clouddp")
		report, err := client.Preflight(t.Context(), lab.Spec("clouddp"))
		if err != nil || report.OK() || report.Findings[0].ID != "cloud.name.taken" {
			t.Errorf("Preflight: %v, %v", err, report)
		}
		op, err := client.Create(t.Context(), lab.Spec("clouddp"))
		if err := waitError(t, op, err); !errors.Is(err, clouddp.ErrConflict) {
			t.Errorf("Create: %v, want ErrConflict", err)
		}
	})
}

func TestCertificateIsAskedForOnlyIfTheCloudLacksIt(t *testing.T) {
	inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
		create(t, lab, client)
		client.Certificate = nil
		wait(t)(client.Stop(t.Context(), name))
		wait(t)(client.Start(t.Context(), name))
		wait(t)(client.Delete(t.Context(), name))
		_, err := client.Create(t.Context(), lab.Spec("clouddp"))
		if need, ok := errors.AsType[*clouddp.NeedCertificateError](err); !ok || need.ServiceFQDN != name {
			t.Errorf("Create without a certificate: %v, want a NeedCertificateError", err)
		}
		client.Certificate = func(ctx context.Context, fqdn string) (*certs.Bundle, error) {
			whole, err := lab.Certificate(ctx, fqdn)
			return &certs.Bundle{Leaf: whole.Leaf, Chain: whole.Chain}, err
		}
		_, err = client.Create(t.Context(), lab.Spec("clouddp"))
		if _, ok := errors.AsType[*clouddp.NeedCertificateError](err); !ok {
			t.Errorf("Create without the key: %v, want a NeedCertificateError", err)
		}
	})
}

func TestWrongCertificateIsRefused(t *testing.T) {
	inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
		client.Certificate = func(ctx context.Context, _ string) (*certs.Bundle, error) {
			return lab.Certificate(ctx, "another.contoso.com")
		}
		_, err := client.Create(t.Context(), lab.Spec("clouddp"))
		if _, ok := errors.AsType[*clouddp.CheckError](err); !ok {
			t.Errorf("got %v, want a CheckError", err)
		}
		if n := lab.Cloud.Writes(); n != 0 {
			t.Errorf("%d writes", n)
		}
	})
}

func TestRenew(t *testing.T) {
	inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
		create(t, lab, client)
		before, err := lab.Certificate(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if err := lab.Renew(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		after, err := lab.Certificate(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if before.Thumbprint() == after.Thumbprint() {
			t.Fatal("the lab renewed nothing")
		}
		wait(t)(client.Renew(t.Context(), name))
		served, err := lab.Cloud.Workload("clouddp")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(served.Certificate[0], after.Leaf.Raw) {
			t.Error("the service does not serve the renewed certificate")
		}
		for _, resource := range lab.Cloud.Inventory() {
			if strings.Contains(resource, before.Thumbprint().String()) {
				t.Errorf("the superseded certificate is left over: %s", resource)
			}
		}
		checkMessages(t, lab, 1)
	})
}

func TestStopAndStart(t *testing.T) {
	inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
		create(t, lab, client)
		if status := wait(t)(client.Stop(t.Context(), name)); status.State != clouddp.StateStopped {
			t.Errorf("stopped service is %s", status.State)
		}
		if _, err := lab.Cloud.Workload("clouddp"); !errors.Is(err, clouddp.ErrUnavailable) {
			t.Errorf("a stopped service answers: %v", err)
		}
		if status := wait(t)(client.Start(t.Context(), name)); status.State != clouddp.StateReady {
			t.Errorf("started service is %s", status.State)
		}
		if _, err := lab.Cloud.Workload("clouddp"); err != nil {
			t.Error(err)
		}
	})
}

func TestUpdate(t *testing.T) {
	inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
		create(t, lab, client)
		spec := lab.Spec("clouddp")
		spec.Instances = 3
		plan, err := client.Plan(t.Context(), spec)
		if err != nil || len(plan) != 1 || plan[0].Action != "change" {
			t.Errorf("Plan: %v, %v", plan, err)
		}
		wait(t)(client.Update(t.Context(), spec))
		if plan, err := client.Plan(t.Context(), spec); err != nil || len(plan) != 0 {
			t.Errorf("Plan after Update: %v, %v", plan, err)
		}
		spec.Region = "North Europe"
		if _, err := client.Update(t.Context(), spec); !errors.Is(err, clouddp.ErrInvalid) {
			t.Errorf("moving to another region: %v, want ErrInvalid", err)
		}
	})
}

func TestDeleteRemovesTheAliasFirst(t *testing.T) {
	inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
		lab.Cloud.OperationTime = time.Minute
		create(t, lab, client)
		op, err := client.Delete(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := op.Poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		checkAlias(t, lab, "")
		if n := len(lab.Cloud.Inventory()); n != 4 {
			t.Errorf("after one poll %d parts are there, want all 4 (one of them deleting)", n)
		}
		if status := wait(t)(op, nil); status.State != clouddp.StateAbsent {
			t.Errorf("deleted service is %s", status.State)
		}
		if left := lab.Cloud.Inventory(); len(left) > 0 {
			t.Errorf("left over: %v", left)
		}
		if _, err := client.Verify(t.Context(), name); !errors.Is(err, clouddp.ErrNotFound) {
			t.Errorf("Verify of a deleted service: %v, want ErrNotFound", err)
		}
		create(t, lab, newClient(lab))
		checkMessages(t, lab, 2)
	})
}

func TestDeleteLeavesAnAliasThatLeadsElsewhere(t *testing.T) {
	inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
		create(t, lab, client)
		ours := dns.Record{Name: name, Type: "CNAME", Value: "clouddp.cloudapp.net"}
		theirs := dns.Record{Name: name, Type: "CNAME", Value: "other.example.net"}
		if err := lab.Zone.Swap(t.Context(), name, &ours, &theirs); err != nil {
			t.Fatal(err)
		}
		wait(t)(client.Delete(t.Context(), name))
		checkAlias(t, lab, "other.example.net")
	})
}

func TestNewestOperationHasTheWord(t *testing.T) {
	inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
		lab.Cloud.ProvisionTime = 10 * time.Minute
		older, err := client.Create(t.Context(), lab.Spec("clouddp"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := older.Poll(t.Context()); err != nil {
			t.Fatal(err)
		}
		wait(t)(client.Delete(t.Context(), name))
		if _, err := older.Poll(t.Context()); !errors.Is(err, clouddp.ErrConflict) {
			t.Errorf("the older operation: %v, want ErrConflict", err)
		}
		if left := lab.Cloud.Inventory(); len(left) > 0 {
			t.Errorf("left over: %v", left)
		}
	})
}

func TestCancelledWaitCanGoOn(t *testing.T) {
	inLab(t, func(t *testing.T, lab *clouddptest.Lab, client *clouddp.Client) {
		lab.Cloud.ProvisionTime = 10 * time.Minute
		op, err := client.Create(t.Context(), lab.Spec("clouddp"))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := op.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) || op.Done() {
			t.Errorf("cancelled Wait: %v, done %t", err, op.Done())
		}
		wait(t)(op, nil)
	})
}

func TestUnknownNames(t *testing.T) {
	inLab(t, func(t *testing.T, _ *clouddptest.Lab, client *clouddp.Client) {
		for verb, call := range map[string]func(context.Context, string) (*clouddp.Operation, error){
			"Resume": client.Resume, "Start": client.Start, "Stop": client.Stop, "Renew": client.Renew, "Delete": client.Delete,
		} {
			if _, err := call(t.Context(), "nowhere.contoso.com"); !errors.Is(err, clouddp.ErrNotFound) {
				t.Errorf("%s: %v, want ErrNotFound", verb, err)
			}
		}
	})
}

func TestBadInput(t *testing.T) {
	ctx := t.Context()
	empty := &clouddp.Client{}
	if _, err := empty.Create(ctx, validSpec()); !errors.Is(err, clouddp.ErrInvalid) {
		t.Errorf("Create without a Provider: %v", err)
	}
	if _, err := empty.Resume(ctx, name); !errors.Is(err, clouddp.ErrInvalid) {
		t.Errorf("Resume without a Provider: %v", err)
	}
	client := &clouddp.Client{Provider: clouddptest.NewCloud()}
	if _, err := client.Create(ctx, nil); !errors.Is(err, clouddp.ErrInvalid) {
		t.Errorf("Create(nil): %v", err)
	}
	if _, err := client.Plan(ctx, &clouddp.Spec{}); !errors.Is(err, clouddp.ErrInvalid) {
		t.Errorf("Plan of an empty Spec: %v", err)
	}
	report, err := client.Preflight(ctx, &clouddp.Spec{})
	if err != nil || report.OK() {
		t.Errorf("Preflight of an empty Spec: %v, %v", err, report)
	}
	if _, err := client.Preflight(ctx, nil); !errors.Is(err, clouddp.ErrInvalid) {
		t.Errorf("Preflight(nil): %v", err)
	}
	var none *clouddp.Spec
	if err := none.Validate(); !errors.Is(err, clouddp.ErrInvalid) || none.Names() != (clouddp.Names{}) || none.OwnerMark() != "" {
		t.Errorf("a nil Spec: %v, %v, %q", err, none.Names(), none.OwnerMark())
	}
	if err := new(clouddp.MemoryRegistry).Put(ctx, nil); !errors.Is(err, clouddp.ErrInvalid) {
		t.Errorf("Put(nil): %v", err)
	}
}
