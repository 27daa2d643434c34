package point_test

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"testing/fstest"

	"github.com/clouddp/sdk/clouddp/content"
	"github.com/clouddp/sdk/clouddp/content/contenttest"
	"github.com/clouddp/sdk/clouddp/content/point"
)

func Example() {
	body, err := download(context.Background())
	fmt.Println(body, err)
	// Output: ead <nil>
}

func download(ctx context.Context) (string, error) {
	key, err := content.GenerateKey()
	if err != nil {
		return "", err
	}
	store := contenttest.NewStore()
	files := fstest.MapFS{"readme.txt": {Data: []byte("read me")}}
	if _, err := content.Distribute(ctx, store, key, content.Package{ID: "ABC00001", Files: files}, nil); err != nil {
		return "", err
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", err
	}
	token, err := (&point.Issuer{Key: private, Audience: "clouddp.contoso.com"}).Issue("ABC00001")
	if err != nil {
		return "", err
	}
	verifier := &point.Verifier{Audience: "clouddp.contoso.com", Keys: []crypto.PublicKey{public}}
	client := &http.Client{Transport: &contenttest.Transport{
		Handler: &point.Point{Content: store, Key: key, Tokens: verifier},
	}}
	const url = "https://clouddp.contoso.com/content/ABC00001/readme.txt"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Range", "bytes=1-3")
	reply, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = reply.Body.Close() }()
	body, err := io.ReadAll(reply.Body)
	return string(body), err
}
