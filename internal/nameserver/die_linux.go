//go:build integration

package nameserver

import "syscall"

// dieWithParent ends a server even if the test is killed and cannot.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
