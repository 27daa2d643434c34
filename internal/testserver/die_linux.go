//go:build integration

package testserver

import "syscall"

// dieWithParent ends a server even if the test is killed and cannot.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
