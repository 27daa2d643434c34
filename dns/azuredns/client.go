package azuredns

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/dns/armdns"

	"github.com/clouddp/sdk/dns"
)

const (
	// callTimeout bounds one request with its answer, unless the options say otherwise.
	callTimeout = time.Minute
	// answerLimit bounds the body of an answer.
	answerLimit = 8 << 20
)

// get reads a record set; one that does not exist has no etag.
func (z *Zone) get(ctx context.Context, name string, kind armdns.RecordType) (*recordSet, error) {
	what := fmt.Sprintf("get %s %s", kind, name)
	client, err := z.connect(ctx, what)
	if err != nil {
		return nil, err
	}
	set := &recordSet{name: name, kind: kind}
	answer, err := client.Get(ctx, z.ResourceGroup, z.apex(), z.relative(name), kind, nil)
	if err != nil {
		if isAbsent(err) {
			return set, nil
		}
		return nil, failed(ctx, what, false, err)
	}
	set.etag = valueOf(answer.Etag)
	set.properties = valueOf(answer.Properties)
	if !set.exists() {
		return nil, fmt.Errorf("azuredns: %s: %w: the answer has no entity tag", what, dns.ErrUnavailable)
	}
	return set, nil
}

// put writes the next version of a set, if what was read is still there.
func (z *Zone) put(ctx context.Context, set *recordSet, next *armdns.RecordSetProperties) error {
	what := fmt.Sprintf("put %s %s", set.kind, set.name)
	client, err := z.connect(ctx, what)
	if err != nil {
		return err
	}
	precondition := &armdns.RecordSetsClientCreateOrUpdateOptions{IfNoneMatch: new("*")}
	if set.exists() {
		precondition = &armdns.RecordSetsClientCreateOrUpdateOptions{IfMatch: &set.etag}
	}
	_, err = client.CreateOrUpdate(z.once(ctx), z.ResourceGroup, z.apex(), z.relative(set.name), set.kind,
		armdns.RecordSet{Properties: next}, precondition)
	return failed(ctx, what, true, err)
}

// remove deletes a set, if it is still as it was read. Azure answers 204 if it is gone, documented by Microsoft in "Record
// Sets - Delete".
func (z *Zone) remove(ctx context.Context, set *recordSet) error {
	what := fmt.Sprintf("delete %s %s", set.kind, set.name)
	client, err := z.connect(ctx, what)
	if err != nil {
		return err
	}
	var answer *http.Response
	_, err = client.Delete(policy.WithCaptureResponse(z.once(ctx), &answer), z.ResourceGroup, z.apex(), z.relative(set.name),
		set.kind, &armdns.RecordSetsClientDeleteOptions{IfMatch: &set.etag})
	if err == nil && answer != nil && answer.StatusCode == http.StatusNoContent {
		return &dns.ConflictError{Name: set.name}
	}
	return failed(ctx, what, true, err)
}

// once keeps a write from being sent again: whether the first one took effect would be anybody's guess.
func (z *Zone) once(ctx context.Context) context.Context {
	return policy.WithRetryOptions(ctx, policy.RetryOptions{MaxRetries: -1, TryTimeout: z.tryTimeout()})
}

func (z *Zone) tryTimeout() time.Duration {
	if z.Options == nil || z.Options.Retry.TryTimeout == 0 {
		return callTimeout
	}
	return z.Options.Retry.TryTimeout
}

// connect returns the client, for a call whose context has not ended.
func (z *Zone) connect(ctx context.Context, what string) (*armdns.RecordSetsClient, error) {
	if ctx.Err() != nil {
		return nil, fmt.Errorf("azuredns: %s: %w", what, context.Cause(ctx))
	}
	z.connecting.Do(func() {
		var options arm.ClientOptions
		if z.Options != nil {
			options = *z.Options
		}
		options.DisableRPRegistration = true
		options.Retry.TryTimeout = z.tryTimeout()
		options.Transport = bounded{options.Transport}
		z.client, z.clientErr = armdns.NewRecordSetsClient(z.SubscriptionID, credential{z.Credential}, &options)
	})
	if z.clientErr != nil {
		return nil, fmt.Errorf("azuredns: client: %w: %w", dns.ErrInvalid, z.clientErr)
	}
	return z.client, nil
}

// relative returns a name of the zone as Azure asks for it.
func (z *Zone) relative(name string) string {
	if name == z.apex() {
		return "@"
	}
	return strings.TrimSuffix(name, "."+z.apex())
}

// bounded is a transport with answers of bounded size. It follows no redirect: a token is for one host.
type bounded struct{ transport policy.Transporter }

// Do implements [policy.Transporter].
func (b bounded) Do(request *http.Request) (*http.Response, error) {
	response, err := b.send(request)
	if err != nil {
		return nil, err
	}
	response.Body = http.MaxBytesReader(nil, response.Body, answerLimit)
	return response, nil
}

func (b bounded) send(request *http.Request) (*http.Response, error) {
	if b.transport == nil {
		return http.DefaultTransport.RoundTrip(request)
	}
	return b.transport.Do(request)
}

// credential marks the errors of a credential, so that they are not taken for a lost answer.
type credential struct{ azcore.TokenCredential }

// GetToken implements [azcore.TokenCredential].
func (c credential) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	token, err := c.TokenCredential.GetToken(ctx, o)
	if err != nil {
		return token, &credentialError{err}
	}
	return token, nil
}

// credentialError reports a credential that gave no token: nothing was sent.
type credentialError struct{ err error }

// Error implements error.
func (e *credentialError) Error() string { return "no token: " + printable(e.err.Error()) }

// Unwrap returns the cause.
func (e *credentialError) Unwrap() error { return e.err }

// NonRetriable keeps the client from asking again.
func (e *credentialError) NonRetriable() {}

// isAbsent reports that a record set does not exist, as opposed to its zone or resource group.
func isAbsent(err error) bool {
	response, ok := errors.AsType[*azcore.ResponseError](err)
	return ok && response.StatusCode == http.StatusNotFound && strings.EqualFold(response.ErrorCode, "NotFound")
}
