package tom256

import (
	"bytes"
	"errors"
	"io"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// encodedX is a prefix and an integer of 32 bytes.
func encodedX(prefix byte, x *big.Int) []byte {
	return append([]byte{prefix}, x.FillBytes(make([]byte, Size-1))...)
}

func TestEncoding(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		p := randomPoint(r)
		b := p.Append([]byte("before"))[6:]
		v := toBig(p)
		if want := encodedX(2+byte(v.y.Bit(0)), v.x); !bytes.Equal(b, want) {
			t.Fatalf("%x encodes to %x", want, b)
		}
		if got, err := Decode(append(slices.Clone(b), 1, 2)); err != nil || got != p {
			t.Fatalf("Decode(%x) = %x, %v", b, got, err)
		}
		// The other parity is the other point.
		b[0] ^= 1
		if got, err := Decode(b); err != nil || got != p.Neg() {
			t.Fatalf("Decode(%x) = %x, %v, want the opposite point", b, got, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	x := big.NewInt(3)
	good := encodedX(2, x)
	if _, err := Decode(good); err != nil {
		t.Fatal(err)
	}
	for _, prefix := range []byte{0, 1, 4, 5, 6, 7, 0x82, 0xff} {
		if _, err := Decode(encodedX(prefix, x)); !errors.Is(err, errPrefix) {
			t.Errorf("prefix %#x: %v, want %v", prefix, err, errPrefix)
		}
	}
	// Every integer that would be 3 modulo q, and the ends of the range.
	limit := new(big.Int).Lsh(big.NewInt(1), 256)
	for _, v := range []*big.Int{new(big.Int).Add(bigQ, x), bigQ, new(big.Int).Sub(limit, big.NewInt(1))} {
		for prefix := byte(2); prefix <= 3; prefix++ {
			if _, err := Decode(encodedX(prefix, v)); !errors.Is(err, errNotCanonical) {
				t.Errorf("x = %x: %v, want %v", v, err, errNotCanonical)
			}
		}
	}
	refused := 0
	for i := range int64(200) {
		v := big.NewInt(i)
		_, err := Decode(encodedX(2, v))
		if off := big.Jacobi(bigRight(v), bigQ) == -1; off != (err != nil) {
			t.Errorf("x = %d: %v", i, err)
		} else if off {
			refused++
			if !errors.Is(err, errNotOnCurve) {
				t.Errorf("x = %d: %v, want %v", i, err, errNotOnCurve)
			}
		}
	}
	if refused < 50 {
		t.Errorf("only %d of 200 small x are off the curve", refused)
	}
	// Infinity in each of the forms that others give it.
	for _, b := range [][]byte{make([]byte, Size), encodedX(0, new(big.Int)), append([]byte{4}, make([]byte, 2*Size)...)} {
		if _, err := Decode(b); err == nil {
			t.Errorf("%x accepted", b)
		}
	}
	for n := range Size {
		if _, err := Decode(good[:n]); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d bytes: %v, want %v", n, err, io.ErrUnexpectedEOF)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("infinity was encoded")
		}
	}()
	(Point{}).Append(nil)
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{})
	f.Add(encodedX(2, big.NewInt(3)))
	f.Add(encodedX(3, big.NewInt(3)))
	f.Add(encodedX(2, bigQ))
	f.Add(encodedX(3, new(big.Int).Sub(bigQ, big.NewInt(1))))
	f.Add(make([]byte, Size))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Decode(b)
		if len(b) < Size {
			if err == nil {
				t.Fatal("short input accepted")
			}
			return
		}
		x := new(big.Int).SetBytes(b[1:Size])
		want := (b[0] == 2 || b[0] == 3) && x.Cmp(bigQ) < 0 && big.Jacobi(bigRight(x), bigQ) == 1
		if want != (err == nil) {
			t.Fatalf("%x: %v", b, err)
		}
		if err != nil {
			return
		}
		if v := toBig(p); !v.onCurve() || v.x.Cmp(x) != 0 || v.y.Bit(0) != uint(b[0]&1) {
			t.Fatalf("%x decodes to %x, %x", b, v.x, v.y)
		}
		if got := p.Append(nil); !bytes.Equal(got, b[:Size]) {
			t.Fatalf("%x decodes and encodes to %x", b, got)
		}
	})
}
