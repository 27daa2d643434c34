package clouddp

import "time"

// Status is what an operation knows of a service at one moment.
type Status struct {
	// Name is the service FQDN.
	Name string
	// Operation is what is being done: "create", "start", "stop", "update", "renew", "delete".
	Operation string
	// State is the fold over Components: ready only if all are as wanted, failed if one is.
	State State
	// Detail says in a short phrase what is awaited or what went wrong.
	Detail string
	// Host is the name the cloud serves under, the target of the alias; empty until it is known.
	Host string
	// Components are the parts as last read, in order of creation.
	Components []Component
	// Started is when the operation began and Time when this was read, both UTC.
	Started, Time time.Time
}
