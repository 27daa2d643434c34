// Package statusmsg models Configuration Manager status messages: reading, waiting for, reporting and rendering them.
package statusmsg
