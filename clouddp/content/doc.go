// Package content distributes packages, encrypted, to the storage of a cloud distribution point and fetches them back.
package content
