package libzk

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/field"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/p256"
)

// vectorSource is the random source of the reference's vectors.
type vectorSource uint64

func (s *vectorSource) Read(p []byte) (int, error) {
	for i := range p {
		*s = *s*6364136223846793005 + 1442695040888963407
		p[i] = byte(*s >> 32)
	}
	return len(p), nil
}

type draftVector[E comparable] struct {
	name   string
	seed   vectorSource
	d      *Draft[E]
	inputs []E
	proof  []byte
}

func loadVector[E comparable](t testing.TB, f field.Field[E], name string, rate int, seed vectorSource) *draftVector[E] {
	t.Helper()
	dir := os.Getenv("ZKPASS_VECTORS")
	if dir == "" {
		t.Skip("ZKPASS_VECTORS is not set: no libzk vectors")
	}
	read := func(suffix string) []byte {
		b, err := os.ReadFile(filepath.Join(dir, "libzk", name+suffix))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	file, err := circuit.ReadLFC2(f, read("_circuit.lfc2"))
	if err != nil {
		t.Fatal(err)
	}
	v := &draftVector[E]{name: name, seed: seed, proof: read("_proof.bin")}
	if v.d, err = NewDraft(file, rate, 16, 256); err != nil {
		t.Fatal(err)
	}
	var decimals []string
	if err := json.Unmarshal(read("_inputs.json"), &decimals); err != nil {
		t.Fatal(err)
	}
	for _, s := range decimals {
		n, _ := new(big.Int).SetString(s, 10)
		b := n.FillBytes(make([]byte, f.Size()))
		for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
			b[i], b[j] = b[j], b[i]
		}
		e, err := f.Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		v.inputs = append(v.inputs, e)
	}
	return v
}

func (v *draftVector[E]) label() string { return v.name + "_spec_test" }

func TestDraftVectors(t *testing.T) {
	t.Run("sha256", func(t *testing.T) { testDraftVector(t, loadVector(t, gf128.Field{}, "sha256", 3, 12345)) })
	t.Run("ecdsa2", func(t *testing.T) { testDraftVector(t, loadVector(t, p256.Field{}, "ecdsa2", 4, 123456789)) })
}

func testDraftVector[E comparable](t *testing.T, v *draftVector[E]) {
	seed := v.seed
	got, err := v.d.Prove(v.label(), v.inputs, &seed)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, v.proof) {
		i := 0
		for i < min(len(got), len(v.proof)) && got[i] == v.proof[i] {
			i++
		}
		t.Fatalf("proof of %d bytes, want %d; first difference at byte %d", len(got), len(v.proof), i)
	}
	public := v.inputs[:v.d.file.Public]
	if err := v.d.Verify(v.label(), public, v.proof); err != nil {
		t.Fatal(err)
	}

	f := v.d.file.Circuit.Field
	for i := range public {
		changed := append([]E(nil), public...)
		changed[i] = f.Add(changed[i], f.One())
		if err := v.d.Verify(v.label(), changed, v.proof); !errors.Is(err, ErrProof) {
			t.Errorf("public input %d changed: %v", i, err)
		}
	}
	if err := v.d.Verify(v.label()+"x", public, v.proof); !errors.Is(err, ErrProof) {
		t.Errorf("other label: %v", err)
	}
	for _, b := range [][]byte{nil, v.proof[:1], v.proof[:len(v.proof)-1], append(bytes.Clone(v.proof), 0)} {
		if err := v.d.Verify(v.label(), public, b); !errors.Is(err, ErrProof) {
			t.Errorf("proof of %d bytes instead of %d: %v", len(b), len(v.proof), err)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	flips := 500
	if testing.Short() {
		flips = 30
	}
	at := func(k int) int { return rng.IntN(8 * len(v.proof)) }
	if os.Getenv("ZKPASS_EVERY_BIT") != "" {
		flips, at = 8*len(v.proof), func(k int) int { return k }
	}
	for k := range flips {
		bit := at(k)
		b := bytes.Clone(v.proof)
		b[bit/8] ^= 1 << (bit % 8)
		if err := v.d.Verify(v.label(), public, b); !errors.Is(err, ErrProof) {
			t.Fatalf("bit %d flipped: %v", bit, err)
		}
	}
}
