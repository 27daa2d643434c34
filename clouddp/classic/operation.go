package classic

import (
	"context"
	"net/http"

	"github.com/clouddp/sdk/clouddp"
)

// Outcome implements [clouddp.Provider]. A failed operation is a [*ServiceError]. The operation being done says only that
// the cloud has carried out the request: the instances of a deployment may still be starting, which Read tells.
func (s *Subscription) Outcome(ctx context.Context, ticket clouddp.Ticket) (clouddp.State, error) {
	if ticket == "" {
		return clouddp.StateReady, nil
	}
	what := "operation " + printable(string(ticket))
	var operation operationReply
	answer, err := s.do(ctx, &call{what: what, method: http.MethodGet, path: []string{"operations", string(ticket)}}, &operation)
	if err != nil {
		return clouddp.StateUnknown, err
	}
	switch operation.Status {
	case "InProgress":
		return clouddp.StateWorking, nil
	case "Succeeded":
		return clouddp.StateReady, nil
	case "Failed":
		return clouddp.StateFailed, failed(what, answer.response, operation.HTTPStatusCode, operation.Fault)
	}
	return clouddp.StateUnknown, nil
}
