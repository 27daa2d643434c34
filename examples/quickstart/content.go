package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"github.com/clouddp/sdk/clouddp/content"
)

// distribute is step 10: a folder goes up encrypted, comes down by the alias over HTTPS, and every hash is compared.
func distribute(ctx context.Context, w *world) (evidence, error) {
	source, target := filepath.Join(w.scratch, "source"), filepath.Join(w.scratch, "client")
	if err := errors.Join(makeSource(source), os.MkdirAll(target, 0o700)); err != nil {
		return evidence{}, err
	}
	manifest, err := content.Distribute(ctx, w.storage, w.pointKey, content.Package{ID: packageID, Files: os.DirFS(source)}, nil)
	if err != nil {
		return evidence{}, err
	}
	w.manifest = manifest
	w.distributed()
	if err := w.storedEncrypted(ctx); err != nil {
		return evidence{}, err
	}
	if err := w.fetch(ctx, target); err != nil {
		return evidence{}, err
	}
	files, err := compare(source, target)
	if err != nil {
		return evidence{}, err
	}
	if err := w.fetchPart(ctx, source); err != nil {
		return evidence{}, err
	}
	facts := map[string]any{
		"package": manifest.ID, "version": manifest.Version, "files": files, "bytes": manifest.Size(),
		"storedBytes": w.storage.Stored(), "sentBytes": w.storage.Sent(),
	}
	return seen(facts, "%d files, %d bytes: up encrypted, down from https://%s, all SHA-256 equal; a range by plain HTTP too",
		files, manifest.Size(), fqdn), nil
}

// breakContent lets one bit of one stored pack rot.
func breakContent(w *world) {
	w.distributed = func() { w.storage.Corrupt(w.storage.Names("packs/")[0], 4_000_000) }
}

// marker stands in every package in clear and must not stand so in storage.
const marker = "Cloud distribution points serve packages to clients on the internet. "

// makeSource writes a folder as an application has one: a large file that does not compress, one that does, and many
// small ones.
func makeSource(folder string) error {
	large := make([]byte, 12<<20)
	if _, err := rand.Read(large); err != nil {
		return err
	}
	files := map[string][]byte{
		"setup.msi":      large,
		"data/words.txt": bytes.Repeat([]byte(marker), 50_000),
		"empty.txt":      nil,
		"ReadMe.txt":     []byte(marker),
	}
	for i := range 40 {
		files[fmt.Sprintf("language/%02d.txt", i)] = fmt.Appendf(nil, "text %d\r\n%s", i, marker)
	}
	for name, body := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, body, 0o600)); err != nil {
			return err
		}
	}
	return nil
}

// storedEncrypted looks into the storage account for anything in clear.
func (w *world) storedEncrypted(ctx context.Context) error {
	for info, err := range w.storage.List(ctx, "") {
		if err != nil {
			return err
		}
		body, _, err := w.storage.Open(ctx, info.Name, 0, -1)
		if err != nil {
			return err
		}
		stored, err := io.ReadAll(body)
		if err = errors.Join(err, body.Close()); err != nil {
			return err
		}
		if bytes.Contains(stored, []byte(marker)) {
			return fmt.Errorf("blob %s holds the package in clear", info.Name)
		}
	}
	return nil
}

// emptyStorage deletes the package and every blob: [content.Prune] would wait out its grace first.
func (w *world) emptyStorage(ctx context.Context) error {
	if err := content.Delete(ctx, w.storage, w.pointKey, packageID); err != nil {
		return err
	}
	for info, err := range w.storage.List(ctx, "") {
		if err == nil {
			err = w.storage.Delete(ctx, info.Name, content.AnyVersion)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fetch downloads the package as a client does: it has the alias, a token, and the enterprise's root.
func (w *world) fetch(ctx context.Context, folder string) error {
	token, err := w.tokens.Issue(packageID)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	remote := &content.Remote{
		URL: "https://" + fqdn, HTTP: w.httpClient(),
		Token: func(context.Context) (string, error) { return token, nil },
	}
	return errors.Join(content.Fetch(ctx, remote, nil, packageID, root, nil), root.Close())
}

// fetchPart downloads one range of one file with nothing but net/http.
func (w *world) fetchPart(ctx context.Context, source string) error {
	const from, to = 5_000_000, 5_099_999
	response, err := w.get(ctx, fmt.Sprintf("bytes=%d-%d", from, to))
	if err != nil {
		return err
	}
	part, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return err
	}
	whole, err := os.ReadFile(filepath.Join(source, "setup.msi"))
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusPartialContent || !bytes.Equal(part, whole[from:to+1]) {
		return fmt.Errorf("the range came as %s with %d bytes that differ", response.Status, len(part))
	}
	return nil
}

// get asks the point for a range of setup.msi with a valid token.
func (w *world) get(ctx context.Context, byteRange string) (*http.Response, error) {
	token, err := w.tokens.Issue(packageID)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+fqdn+"/content/"+packageID+"/setup.msi", nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Range", byteRange)
	return w.httpClient().Do(request)
}

// compare hashes every file on both sides and returns how many are equal.
func compare(source, target string) (files int, err error) {
	err = fs.WalkDir(os.DirFS(source), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		sent, err := os.ReadFile(filepath.Join(source, path))
		if err != nil {
			return err
		}
		received, err := os.ReadFile(filepath.Join(target, path))
		if err != nil {
			return err
		}
		if sha256.Sum256(sent) != sha256.Sum256(received) {
			return fmt.Errorf("%s: the hash differs", path)
		}
		files++
		return nil
	})
	return files, err
}
