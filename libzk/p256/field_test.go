package p256

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/secp256r1/fp"
)

// encode is the encoding by its definition.
func encode(v *big.Int) []byte {
	b := v.FillBytes(make([]byte, size))
	slices.Reverse(b)
	return b
}

func TestEncoding(t *testing.T) {
	var f Field
	p := fp.Modulus()
	bigs := []*big.Int{new(big.Int), big.NewInt(1), big.NewInt(2), new(big.Int).Lsh(big.NewInt(1), 224), new(big.Int).Sub(p, big.NewInt(1))}
	r := rand.New(rand.NewPCG(31, 32))
	for range 200 {
		v := new(big.Int)
		for range 4 {
			v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(r.Uint64()))
		}
		bigs = append(bigs, v.Mod(v, p))
	}
	for _, v := range bigs {
		want := encode(v)
		var a Elem
		a.SetBigInt(v)
		if got := f.Append([]byte("prefix"), a); !bytes.Equal(got, append([]byte("prefix"), want...)) {
			t.Errorf("Append(%x) = %x", v, got)
		}
		if got := f.AppendSubfield(nil, a); !bytes.Equal(got, want) {
			t.Errorf("AppendSubfield(%x) = %x", v, got)
		}
		if got, err := f.Decode(append(want, 1, 2, 3)); err != nil || got != a {
			t.Errorf("Decode(%x) = %x, %v", want, got, err)
		}
		if got, err := f.DecodeSubfield(want); err != nil || got != a {
			t.Errorf("DecodeSubfield(%x) = %x, %v", want, got, err)
		}
		if !f.InSubfield(a) {
			t.Errorf("InSubfield(%x) is false", v)
		}
	}
	if f.Size() != 32 || f.SubfieldSize() != 32 {
		t.Errorf("sizes %d and %d, want 32", f.Size(), f.SubfieldSize())
	}
}

func TestDecodeRefuses(t *testing.T) {
	var f Field
	p := fp.Modulus()
	limit := new(big.Int).Lsh(big.NewInt(1), 256)
	for _, v := range []*big.Int{p, new(big.Int).Add(p, big.NewInt(1)), new(big.Int).Sub(limit, big.NewInt(1)), new(big.Int).Add(p, new(big.Int).Lsh(big.NewInt(1), 192))} {
		if _, err := f.Decode(encode(v)); !errors.Is(err, errNotCanonical) {
			t.Errorf("Decode(%x): %v, want %v", v, err, errNotCanonical)
		}
	}
	for n := range size {
		if _, err := f.Decode(make([]byte, n)); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("Decode of %d bytes: %v, want %v", n, err, io.ErrUnexpectedEOF)
		}
	}
}

func TestSmallElements(t *testing.T) {
	var f Field
	for _, u := range []uint64{0, 1, 2, 3, 1<<16 - 1, 1<<32 + 5, 1<<64 - 1} {
		want := encode(new(big.Int).SetUint64(u))
		if got := f.Append(nil, f.FromUint64(u)); !bytes.Equal(got, want) {
			t.Errorf("FromUint64(%d) encodes to %x", u, got)
		}
		if u < 1<<16 {
			if got := f.Append(nil, f.CodePoint(int(u))); !bytes.Equal(got, want) {
				t.Errorf("CodePoint(%d) encodes to %x", u, got)
			}
		}
	}
	if f.One() != f.FromUint64(1) || f.SumcheckPoint() != f.FromUint64(2) || f.FromUint64(0) != (Elem{}) {
		t.Error("wrong zero, one or sumcheck point")
	}
}

func TestSample(t *testing.T) {
	var f Field
	ff := bytes.Repeat([]byte{0xff}, size)
	prime := encode(fp.Modulus())
	first := encode(big.NewInt(7))
	stream := slices.Concat(ff, prime, first, first[:size-1])

	r := bytes.NewReader(stream)
	got, err := f.Sample(r)
	if err != nil || got != f.FromUint64(7) {
		t.Errorf("Sample = %x, %v, want the first chunk below p", got, err)
	}
	if r.Len() != size-1 {
		t.Errorf("Sample left %d bytes, want %d", r.Len(), size-1)
	}
	if _, err := f.SampleSubfield(r); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Sample of a short stream: %v, want %v", err, io.ErrUnexpectedEOF)
	}
	if _, err := f.Sample(bytes.NewReader(bytes.Repeat(ff, maxRejections))); !errors.Is(err, errBrokenSource) {
		t.Errorf("Sample of a constant stream: %v, want %v", err, errBrokenSource)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, size))
	f.Add(encode(fp.Modulus()))
	f.Add(encode(new(big.Int).Sub(fp.Modulus(), big.NewInt(1))))
	f.Add(bytes.Repeat([]byte{0xff}, size+1))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := Field{}.Decode(b)
		if len(b) < size {
			if err == nil {
				t.Fatal("short input accepted")
			}
			return
		}
		be := slices.Clone(b[:size])
		slices.Reverse(be)
		v := new(big.Int).SetBytes(be)
		if canonical := v.Cmp(fp.Modulus()) < 0; canonical != (err == nil) {
			t.Fatalf("canonical: %v, error: %v", canonical, err)
		}
		if err != nil {
			return
		}
		if got := (Field{}).Append(nil, a); !bytes.Equal(got, b[:size]) {
			t.Fatalf("%s decodes and encodes to %x", hex.EncodeToString(b[:size]), got)
		}
		if a.BigInt(new(big.Int)).Cmp(v) != 0 {
			t.Fatalf("%s decodes to another value", hex.EncodeToString(b[:size]))
		}
	})
}
