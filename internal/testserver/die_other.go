//go:build integration && !linux

package testserver

import "syscall"

// dieWithParent has nothing to set where the system does not offer it.
func dieWithParent() *syscall.SysProcAttr { return nil }
