package classictest

import (
	"cmp"
	"encoding/xml"
	"net/http"
	"slices"
	"time"
)

// operation is a change that was accepted and takes time.
type operation struct {
	id string
	// due is when it ends.
	due time.Time
	// done is called when it succeeds, undo when it fails.
	done, undo func()
	failure    *refusal
	ended      bool
	forgotten  bool
}

// start accepts an operation. It fails in the end if failure is not nil.
func (x *exchange) start(failure *refusal, done, undo func()) *operation {
	if x.take(FaultFailed) {
		failure = &refusal{500, "InternalError", "The server encountered an internal error while carrying out the operation."}
	}
	op := &operation{
		id:        x.id,
		due:       x.now.Add(x.OperationTime),
		done:      done,
		undo:      undo,
		failure:   failure,
		forgotten: x.take(FaultForgotten),
	}
	x.operations = append(x.operations, op)
	return op
}

// advance ends the operations that are due by now, in the order in which they were.
func (s *Service) advance(now time.Time) {
	due := slices.Clone(s.operations)
	slices.SortStableFunc(due, func(a, b *operation) int { return cmp.Or(a.due.Compare(b.due)) })
	for _, op := range due {
		if op.ended || now.Before(op.due) {
			continue
		}
		op.ended = true
		if op.failure == nil {
			op.done()
		} else {
			op.undo()
		}
	}
}

type operationBody struct {
	XMLName        xml.Name   `xml:"http://schemas.microsoft.com/windowsazure Operation"`
	ID             string     `xml:"ID"`
	Status         string     `xml:"Status"`
	HTTPStatusCode int        `xml:"HttpStatusCode,omitempty"`
	Error          *faultBody `xml:"Error,omitempty"`
}

func getOperation(x *exchange) (int, any, *refusal) {
	i := slices.IndexFunc(x.operations, func(op *operation) bool { return op.id == x.vars["operation"] && !op.forgotten })
	if i < 0 {
		return 0, nil, notFound("operation")
	}
	op := x.operations[i]
	body := &operationBody{ID: op.id, Status: "InProgress"}
	switch {
	case !op.ended:
	case op.failure == nil:
		body.Status, body.HTTPStatusCode = "Succeeded", http.StatusOK
	default:
		body.Status, body.HTTPStatusCode = "Failed", op.failure.status
		body.Error = &faultBody{Code: op.failure.code, Message: op.failure.message}
	}
	return http.StatusOK, body, nil
}
