package rsa

import (
	"errors"
	"math/big"
	"slices"
	"testing"
)

func TestCheckModulus(t *testing.T) {
	for _, bits := range Sizes {
		v := readVector(t, bits)
		good := v.N.Bytes()
		m, err := CheckModulus(good)
		if err != nil || m.Bits() != bits || m.n.Cmp(v.N.Int) != 0 {
			t.Errorf("%d bits: %v", bits, err)
		}
		even := slices.Clone(good)
		even[len(even)-1] &^= 1
		short := slices.Clone(good)
		short[0] &= 0x7f
		for what, n := range map[string][]byte{
			"even": even, "top bit 0": short, "leading zero": append([]byte{0}, good...), "a byte less": good[1:], "a byte more": append(slices.Clone(good), 1),
			"nil": nil, "1024 bits": good[:128], "2056 bits": append(slices.Clone(good[:256]), 1), "8192 bits": make([]byte, 1024),
		} {
			if _, err := CheckModulus(n); !errors.Is(err, ErrModulus) {
				t.Errorf("%d bits, %s: %v", bits, what, err)
			}
		}
	}
	for name, use := range map[string]func(m Modulus){
		"NewChain": func(m Modulus) { NewChain(m, nil, new(big.Int)) },
		"Salt":     func(m Modulus) { m.Salt(nil) },
		"Copies":   func(m Modulus) { (&Inputs{Modulus: m}).Copies(nil, [Primes]uint64{}, nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s takes a modulus that nobody checked", name)
				}
			}()
			use(Modulus{})
		}()
	}
}

// TestNewChain: what is no signature, and the signatures that have no proof.
func TestNewChain(t *testing.T) {
	v := readVector(t, 2048)
	m := v.modulus(t)
	em := m.PKCS1Message([32]byte(v.Digest))
	good := []byte(v.RS256.Signature)
	n := v.N.Bytes()
	above := new(big.Int).Add(new(big.Int).SetBytes(good), v.N.Int)
	for what, signature := range map[string][]byte{
		"empty": nil, "a byte less": good[1:], "a byte more": append([]byte{0}, good...), "zero": make([]byte, 256), "the modulus": n,
		"s + N": above.Bytes()[:256], "all ones": slices.Repeat([]byte{0xff}, 256), "of PSS": v.PS256.Signature,
	} {
		if _, err := NewChain(m, signature, em); !errors.Is(err, ErrSignature) {
			t.Errorf("%s: %v", what, err)
		}
	}
	// A signature that only the owner of a key can make, by choosing s.
	s := new(big.Int).Sub(v.N.Int, big.NewInt(12345))
	if _, err := NewChain(m, s.Bytes(), new(big.Int).Exp(s, big.NewInt(Exponent), v.N.Int)); !errors.Is(err, ErrExceptional) {
		t.Errorf("an s as long as the modulus: %v", err)
	}
	// The same EM plus or less the modulus is another number.
	if _, err := NewChain(m, good, new(big.Int).Add(em, v.N.Int)); !errors.Is(err, ErrSignature) {
		t.Errorf("EM + N: %v", err)
	}
	if _, err := NewChain(m, good, new(big.Int).Sub(em, v.N.Int)); !errors.Is(err, ErrSignature) {
		t.Errorf("EM - N: %v", err)
	}
}
