package zkvm_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
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
				t.Errorf("class %s: %v: a proof that was good must stay good; what is laid out otherwise is a family of its own", st.Documents[0].Class, err)
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
	sums, err := os.ReadFile(filepath.Join(dir, golden.Sums))
	if err != nil {
		t.Fatal(err)
	}
	total, lines := 0, 0
	for line := range strings.Lines(string(sums)) {
		sum, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		}
		if fmt.Sprintf("%x", sha256.Sum256(data)) != sum {
			t.Errorf("%s is not what it was when the format was frozen", name)
		}
		total += len(data)
		lines++
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if lines != files || len(entries) != files+1 || total > 3<<20 {
		t.Errorf("%d digests and %d files of %d bytes, want %d and one more, of 3 MiB at most", lines, len(entries), total, files)
	}
}
