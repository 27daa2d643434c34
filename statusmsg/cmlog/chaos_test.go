package cmlog_test

import (
	"encoding/binary"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
)

// TestFollowChaos follows a log that is written in pieces and renamed at random: no record is lost, doubled or torn.
func TestFollowChaos(t *testing.T) {
	const records = 100_000
	encodings := map[string]func(string) []byte{
		"UTF-8":    func(s string) []byte { return []byte(s) },
		"UTF-16LE": utf16Bytes(binary.LittleEndian),
		"UTF-16BE": utf16Bytes(binary.BigEndian),
	}
	for name, encode := range encodings {
		t.Run(name, func(t *testing.T) {
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			path := filepath.Join(t.TempDir(), "CloudMgr.log")
			synctest.Test(t, func(t *testing.T) {
				f := follow(t, path)
				w := &chaosWriter{t: t, path: path, encode: encode, random: rand.New(rand.NewPCG(seed, 0))}
				w.run(records, f.look)
				f.look()
				synctest.Wait()
				f.stop()
				<-f.last
				checkChaos(t, f.messages, records)
				if w.rotations < 50 {
					t.Errorf("only %d rotations", w.rotations)
				}
			})
		})
	}
}

func checkChaos(t *testing.T, messages chan string, records int) {
	t.Helper()
	if len(messages) != records {
		t.Errorf("%d records, want %d", len(messages), records)
	}
	for i := range min(records, len(messages)) {
		message := <-messages
		if number := message[strings.LastIndexAny(message, " \n")+1:]; number != strconv.Itoa(i) {
			t.Fatalf("record %d is %q", i, message)
		}
	}
}
