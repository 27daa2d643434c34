// Package content distributes packages, encrypted, to the storage of a cloud distribution point and fetches them back.
//
//	key, err := content.GenerateKey() // the point key; keep what it yields in a vault
//	…
//	pkg := content.Package{ID: "ABC00001", Files: os.DirFS(`\\server\source\office`)}
//	manifest, err := content.Distribute(ctx, store, key, pkg, nil)
//	…
//	remote := &content.Remote{URL: "https://clouddp.contoso.com", Token: token}
//	root, err := os.OpenRoot("download")
//	…
//	err = content.Fetch(ctx, remote, nil, "ABC00001", root, nil) // every hash is checked
//	…
//	_, err = content.Verify(ctx, store, key, "ABC00001", nil) // daily or so
//	pruned, err := content.Prune(ctx, store, key, nil)
//
// A [Store] keeps blobs; it learns neither names nor bytes nor keys. Equal pieces of files are stored once, across files,
// packages and versions. A new version becomes visible as a whole or not at all, whenever the publisher crashes. The format
// is written down in format.go.
//
// # Errors
//
// Errors match the categories of this package, such as [ErrNotFound] and [ErrIntegrity], with errors.Is; the store's own
// error stays reachable. [InvalidError] lists every problem of an argument, [IntegrityError] says which blob and file is
// damaged, [SourceChangedError] which file changed under the reader. No error, log line or manifest holds a key.
//
// # Testing
//
// Package contenttest has a [Store] in memory with faults to inject, and the suite that holds every Store to its contract.
//
// # Compatibility
//
// The format is this module's own, version 1; Microsoft has not published that of its cloud distribution points. A reader
// of this version refuses a later one with [ErrUnsupported]. What version 1 wrote stays readable.
package content
