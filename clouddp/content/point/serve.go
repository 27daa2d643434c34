package point

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/clouddp/sdk/clouddp/content"
)

// pieceSize is how much of a blob is asked of storage at a time.
const pieceSize = 4 << 20

var blobName = regexp.MustCompile(`^(packs|manifests)/[0-9a-f]{64}$`)

// serveGrant hands out the package key.
func (p *Point) serveGrant(w *reply, r *http.Request, id string) {
	grant, err := content.NewGrant(r.Context(), p.Content, p.Key, id)
	if err != nil {
		w.fail(err)
		return
	}
	key, err := grant.Key()
	if err != nil {
		w.fail(err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	body, err := json.Marshal(content.GrantReply{ID: grant.ID, Manifest: grant.Manifest, Key: key})
	if err == nil {
		_, err = w.Write(body)
	}
	w.err = err
}

// serveBlob serves stored bytes, or says where they are.
func (p *Point) serveBlob(w *reply, r *http.Request, name string) {
	if !blobName.MatchString(name) {
		w.refuse(http.StatusNotFound, nil)
		return
	}
	ctx := r.Context()
	if linker, ok := p.Content.(content.Linker); ok {
		p.serveLink(w, r, linker, name)
		return
	}
	body, info, err := p.Content.Open(ctx, name, 0, 0)
	if err != nil {
		w.fail(err)
		return
	}
	_ = body.Close()
	reader := &reader{size: info.Size, next: func(off int64) (io.ReadCloser, error) { return p.piece(ctx, info, off) }}
	defer reader.close()
	serveBytes(w, r, quoted(info.ETag), info.Modified, reader)
}

func (p *Point) serveLink(w *reply, r *http.Request, linker content.Linker, name string) {
	link, err := linker.Link(r.Context(), name, cmp.Or(p.LinkLife, defaultLinkLife))
	if err != nil {
		w.fail(err)
		return
	}
	w.Header().Set("Location", link)
	w.WriteHeader(http.StatusTemporaryRedirect)
}

// piece opens the piece of a blob that begins at off, of the version that info describes.
func (p *Point) piece(ctx context.Context, info content.Info, off int64) (io.ReadCloser, error) {
	body, now, err := p.Content.Open(ctx, info.Name, off, pieceSize)
	if err != nil {
		return nil, err
	}
	if now.ETag != info.ETag {
		_ = body.Close()
		return nil, &content.IntegrityError{Blob: info.Name, Reason: "the blob changed while it was served"}
	}
	return body, nil
}

// serveFile serves the plain bytes of a file.
func (p *Point) serveFile(w *reply, r *http.Request, id, path string) {
	tree, err := p.trees.get(r.Context(), p, id)
	if err != nil {
		w.fail(err)
		return
	}
	file, err := tree.Stat(path)
	if err != nil {
		w.fail(err)
		return
	}
	body, err := tree.Open(r.Context(), path)
	if err != nil {
		w.fail(err)
		return
	}
	defer func() { _ = body.Close() }()
	serveBytes(w, r, quoted(file.SHA256.String()), time.Time{}, body)
}

// serveBytes answers with a range or the whole of body. An error in the middle ends the answer short of its length.
func serveBytes(w *reply, r *http.Request, etag string, modified time.Time, body io.ReadSeeker) {
	if strings.Contains(r.Header.Get("Range"), ",") || len(r.Header.Values("Range")) > 1 {
		r.Header.Del("Range") // several ranges: the whole
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("ETag", etag)
	http.ServeContent(w, r, "", modified, &noted{ReadSeeker: body, err: &w.err})
}

// quoted is an ETag as it stands in a header.
func quoted(etag string) string {
	if strings.HasPrefix(etag, `"`) || strings.HasPrefix(etag, "W/") {
		return etag
	}
	return `"` + etag + `"`
}
