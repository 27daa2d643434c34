// Package clientsettings computes whether a device or user may use cloud distribution points, and which policy says so.
package clientsettings
