package pkcs12

import (
	"encoding/asn1"
	"errors"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/clouddp/sdk/internal/errs"
)

// costlyKey returns a bag whose key is encrypted with a count.
func costlyKey(t testing.TB, iterations int64) safeBag {
	t.Helper()
	parameter := marshal(t, pbeParameter{make([]byte, 8), big.NewInt(iterations)})
	return keyBag(t, algorithm(pbe3DES3, parameter))
}

// TestBombsAreRefusedAtOnce proves that no derivation of a file that is too costly begins.
func TestBombsAreRefusedAtOnce(t *testing.T) {
	w := newWriter(t)
	_, keys := w.bags(t)
	bomb := costlyKey(t, maxIterations)
	crowd := slices.Repeat([]safeBag{costlyKey(t, maxIterations/20)}, 21)
	long := pbkdf2Params{Salt: []byte("x"), Iterations: big.NewInt(maxIterations - 10), KeyLength: maxMACKey}
	pbmac1 := macData{MAC: digestInfo{Algorithm: algorithm(schemePBMAC1, marshal(t, pbes2Params{
		algorithm(schemePBKDF2, marshal(t, long)), algorithm(hmacWithSHA256, asn1.NullBytes),
	}))}}
	content := must[contentInfo](t)(data(marshal(t, []contentInfo{partOf(t, keys...)})))
	costlyMAC := must[macData](t)(w.mac(nil))
	costlyMAC.Iterations = big.NewInt(maxIterations + 1)
	for name, file := range map[string][]byte{
		"in sight":          w.fileOf(t, partOf(t, bomb)),
		"many small ones":   w.fileOf(t, partOf(t, crowd...)),
		"in a hidden key":   w.fileOf(t, w.sealed(t, bomb)),
		"many, hidden":      w.fileOf(t, w.sealed(t, crowd...)),
		"second hidden":     w.fileOf(t, w.sealed(t, keys...), w.sealed(t, bomb)),
		"in the MAC":        marshal(t, pfx{3, content, costlyMAC}),
		"MAC of four parts": marshal(t, pfx{3, content, pbmac1}),
	} {
		fastest := time.Hour // of several attempts, for the machine may be busy
		for range 5 {
			start := time.Now()
			if _, err := open(t, file); !errors.Is(err, errs.ErrLimit) {
				t.Errorf("%s: got %v", name, err)
			}
			fastest = min(fastest, time.Since(start))
		}
		if fastest > 100*time.Millisecond {
			t.Errorf("%s: refused after %s", name, fastest)
		}
	}
}

func TestTimeRunsOut(t *testing.T) {
	b := newBudget()
	if err := b.inTime(); err != nil {
		t.Error(err)
	}
	b.deadline = time.Now().Add(-time.Second)
	if err := b.inTime(); !errors.Is(err, errs.ErrLimit) {
		t.Errorf("got %v", err)
	}
}
