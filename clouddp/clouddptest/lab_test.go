package clouddptest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/clouddp"
	"github.com/clouddp/sdk/clouddp/clouddptest"
)

const service = "clouddp.contoso.com"

func create(t *testing.T, lab *clouddptest.Lab) *clouddp.Client {
	t.Helper()
	client := lab.Client()
	op, err := client.Create(t.Context(), lab.Spec("clouddp"))
	if err == nil {
		_, err = op.Wait(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// get asks the service for a page and returns its status, 0 if there was no connection.
func get(t *testing.T, lab *clouddptest.Lab) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+service+"/page", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := lab.HTTPClient().Do(request)
	if err != nil {
		return 0, err.Error()
	}
	text, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func TestRunningServiceAnswersUnderItsAlias(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lab := clouddptest.NewLab()
		lab.Cloud.ProvisionTime = 29 * time.Minute
		lab.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "%s under %s", r.URL.Path, r.TLS.ServerName)
		})
		if status, _ := get(t, lab); status != 0 {
			t.Errorf("before creation the status is %d, want no connection", status)
		}
		client := create(t, lab)
		if status, body := get(t, lab); status != http.StatusOK || body != "/page under "+service {
			t.Errorf("got %d, %q", status, body)
		}
		op, err := client.Stop(t.Context(), service)
		if err == nil {
			_, err = op.Wait(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		if status, body := get(t, lab); status != 0 {
			t.Errorf("a stopped service answers %d, %q", status, body)
		}
	})
}

func TestServiceWithoutHandlerIsUnavailable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lab := clouddptest.NewLab()
		create(t, lab)
		if status, _ := get(t, lab); status != http.StatusServiceUnavailable {
			t.Errorf("status %d, want 503", status)
		}
	})
}

func TestDialOfUnknownNames(t *testing.T) {
	lab := clouddptest.NewLab()
	for _, address := range []string{"nowhere.contoso.com:443", "nowhere.cloudapp.net:443"} {
		conn, err := lab.Dial(t.Context(), "tcp", address)
		if err == nil {
			_ = conn.Close()
		}
		if !errors.Is(err, clouddp.ErrNotFound) {
			t.Errorf("Dial(%s): %v, want ErrNotFound", address, err)
		}
	}
	if _, err := lab.Dial(t.Context(), "tcp", "no port"); err == nil {
		t.Error("Dial without a port succeeds")
	}
}

func TestHostsFollowTheirServices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lab := clouddptest.NewLab()
		client := create(t, lab)
		report, err := client.Verify(t.Context(), service)
		if err != nil || !report.OK() {
			t.Errorf("Verify: %v\n%s", err, report)
		}
		op, err := client.Delete(t.Context(), service)
		if err == nil {
			_, err = op.Wait(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		if status, body := get(t, lab); status != 0 {
			t.Errorf("a deleted service answers %d, %q", status, body)
		}
	})
}

func Example() {
	ctx := context.Background()
	lab := clouddptest.NewLab()
	lab.Cloud.Inject(clouddptest.FaultLostAnswer) // the first write takes effect, its answer is lost

	op, err := lab.Client().Create(ctx, lab.Spec("clouddp"))
	if err != nil {
		log.Fatal(err)
	}
	status, err := op.Wait(ctx)
	fmt.Println(status.State, err)
	fmt.Println(len(lab.Cloud.Inventory()), "resources after", lab.Cloud.Writes(), "writes")
	// Output:
	// ready <nil>
	// 4 resources after 4 writes
}
