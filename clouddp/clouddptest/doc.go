// Package clouddptest is an in-memory cloud and a laboratory in which every fake is wired.
package clouddptest
