package clouddptest

import (
	"time"

	"github.com/clouddp/sdk/certs"
	"github.com/clouddp/sdk/clouddp"
)

// Harness is one fresh cloud for one subtest of [TestProvider].
type Harness struct {
	// Provider is under test.
	Provider clouddp.Provider
	// Spec is valid for the cloud and carries the thumbprint of Service, the certificate for its ServiceFQDN.
	Spec    *clouddp.Spec
	Service *certs.Bundle
	// Renewed is another certificate for the same name.
	Renewed *certs.Bundle
	// Interval is the pause between two readings; inside a synctest bubble it is virtual.
	Interval time.Duration
	// Plant creates part in the cloud with another owner's mark, or with none if owner is empty.
	Plant func(part clouddp.Part, owner string)
	// Inject makes the cloud misbehave once.
	Inject func(fault Fault)
	// Writes counts the requests that have changed the cloud so far.
	Writes func() int
}

// Fault is one way in which a cloud misbehaves.
type Fault int

const (
	// FaultBusy answers the next write "come back later" and does nothing.
	FaultBusy Fault = iota
	// FaultLostAnswer carries out the next write and loses its answer.
	FaultLostAnswer
	// FaultFailed accepts the next write that takes time and lets it fail afterwards.
	FaultFailed
	// FaultForgotten accepts the next write that takes time and forgets the operation, though it goes on.
	FaultForgotten
	// FaultUnreachable fails the next read.
	FaultUnreachable
)
