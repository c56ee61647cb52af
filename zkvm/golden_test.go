package zkvm_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/zkpass-go/zkpass/zkvm"
	"github.com/zkpass-go/zkpass/zkvm/internal/golden"
)

// TestGolden verifies statements of every kind with proofs that were made once. With
// -short it leaves out documents of more than 2,304 bytes.
func TestGolden(t *testing.T) {
	dir := filepath.Join("testdata", "golden")
	files := 0
	for _, c := range golden.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			st, proof, err := golden.Read(dir, c.Name)
			if err != nil {
				t.Fatalf("%v; made by go run ./zkvm/internal/golden/make", err)
			}
			if testing.Short() && st.Documents[0].Class.Bytes > 2304 {
				t.Skip("a large document")
			}
			t.Parallel()
			if err := zkvm.Verify(st, proof); err != nil {
				t.Errorf("class %s: %v\nif the format was to change, and is not frozen: go run ./zkvm/internal/golden/make", st.Documents[0].Class, err)
			}
			if st.Documents[0].Class.Bytes > 576 {
				return
			}
			proof[len(proof)/2] ^= 1
			if err := zkvm.Verify(st, proof); !errors.Is(err, zkvm.ErrProof) {
				t.Errorf("a byte of the proof changed: %v", err)
			}
		})
		files += 2
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			total += info.Size()
		}
	}
	if len(entries) != files || total > 3<<20 {
		t.Errorf("%d files of %d bytes, want %d of 3 MiB at most", len(entries), total, files)
	}
}
