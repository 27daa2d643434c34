package icprtest

import (
	"context"

	icertpassage "github.com/oiweiwei/go-msrpc/msrpc/icpr/icertpassage/v0"
)

// Ask makes a call of somebody who has logged in.
func (s *Server) Ask(
	ctx context.Context, c *icertpassage.CertServerRequestRequest,
) (*icertpassage.CertServerRequestResponse, error) {
	return (&authority{server: s}).CertServerRequest(ctx, c)
}

// TemplateOf reads the attributes of a request.
func TemplateOf(attributes []byte) (template string, ok bool) { return templateOf(attributes) }
