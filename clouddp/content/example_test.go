package content_test

import (
	"context"
	"fmt"
	"os"
	"testing/fstest"

	"github.com/clouddp/sdk/clouddp/content"
	"github.com/clouddp/sdk/clouddp/content/contenttest"
)

func Example() {
	if err := run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// ABC00001 version 1: 2 files, 16 bytes
	// docs/readme.txt 7 bytes
	// setup.cmd 9 bytes
	// fetched: echo done
}

func run(ctx context.Context) error {
	key, err := content.GenerateKey()
	if err != nil {
		return err
	}
	store := contenttest.NewStore()
	files := fstest.MapFS{"setup.cmd": {Data: []byte("echo done")}, "docs/readme.txt": {Data: []byte("read me")}}
	manifest, err := content.Distribute(ctx, store, key, content.Package{ID: "ABC00001", Files: files}, nil)
	if err != nil {
		return err
	}
	fmt.Printf("%s version %d: %d files, %d bytes\n", manifest.ID, manifest.Version, len(manifest.Files), manifest.Size())
	for _, file := range manifest.Files {
		fmt.Println(file.Path, file.Size, "bytes")
	}
	return fetch(ctx, store, key)
}

func fetch(ctx context.Context, store content.Store, key content.Key) error {
	dir, err := os.MkdirTemp("", "content")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	if err := content.Fetch(ctx, store, key, "ABC00001", root, nil); err != nil {
		return err
	}
	body, err := root.ReadFile("setup.cmd")
	fmt.Printf("fetched: %s\n", body)
	return err
}

func ExampleKey() {
	key := content.Key(func() ([]byte, error) { return os.ReadFile("point.key") })
	fmt.Println(key)
	// Output: [redacted]
}

func ExampleCheckID() {
	fmt.Println(content.CheckID("ABC00001.1"))
	fmt.Println(content.CheckID("../secrets"))
	// Output:
	// <nil>
	// content: ID: "../secrets" is no package id: want 1 to 128 letters, digits, '.', '_', '-'
}
