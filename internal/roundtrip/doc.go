// Package roundtrip tells whether a request has left, whatever transport it was given to. What has not left has changed
// nothing, and the drivers say so; of the rest nobody knows.
package roundtrip
