package pkcs12

import (
	"encoding/asn1"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/clouddp/sdk/internal/errs"
)

// TestBombsAreRefusedAtOnce proves that no derivation of a file that is too costly begins.
func TestBombsAreRefusedAtOnce(t *testing.T) {
	w := newWriter(t)
	_, keys := w.bags(t)
	parameter := pbeParameter{make([]byte, 8), big.NewInt(maxIterations)}
	bomb := safeBag{ID: object(bagShroudedKey), Value: explicit(marshal(t, shroudedKey{algorithm(pbe3DES3, marshal(t, parameter)), make([]byte, 8)}))}
	parameter.Iterations = big.NewInt(maxIterations / 20)
	small := safeBag{ID: object(bagShroudedKey), Value: explicit(marshal(t, shroudedKey{algorithm(pbe3DES3, marshal(t, parameter)), make([]byte, 8)}))}
	crowd := make([]safeBag, 21)
	for i := range crowd {
		crowd[i] = small
	}
	long := pbkdf2Params{Salt: []byte("x"), Iterations: big.NewInt(maxIterations - 10), KeyLength: maxMACKey}
	pbmac1 := macData{MAC: digestInfo{Algorithm: algorithm(schemePBMAC1, marshal(t, pbes2Params{
		algorithm(schemePBKDF2, marshal(t, long)), algorithm(hmacWithSHA256, asn1.NullBytes),
	}))}}
	for name, file := range map[string][]byte{
		"in sight":          w.fileOf(t, partOf(t, bomb)),
		"many small ones":   w.fileOf(t, partOf(t, crowd...)),
		"in a hidden key":   w.fileOf(t, w.sealed(t, bomb)),
		"many, hidden":      w.fileOf(t, w.sealed(t, crowd...)),
		"second hidden":     w.fileOf(t, w.sealed(t, keys...), w.sealed(t, bomb)),
		"MAC of four parts": marshal(t, pfx{3, must[contentInfo](t)(data(marshal(t, []contentInfo{partOf(t, keys...)}))), pbmac1}),
	} {
		start := time.Now()
		_, err := open(t, file)
		if took := time.Since(start); !errors.Is(err, errs.ErrLimit) || took > 100*time.Millisecond {
			t.Errorf("%s: %v after %s", name, err, took)
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
