package zkvm

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	stdrsa "crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/merkle"
	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/rsa"
	"github.com/zkpass-go/zkpass/zkvm/internal/signature"
)

// rsaKey is the key of package rsa's vectors.
func rsaKey(t testing.TB, bits int) *stdrsa.PrivateKey {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("internal/rsa/testdata/rsa-%d.json", bits))
	if err != nil {
		t.Fatal(err)
	}
	var v struct{ P, Q string }
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	number := func(digits string) *big.Int {
		b, err := hex.DecodeString(digits)
		if err != nil {
			t.Fatal(err)
		}
		return new(big.Int).SetBytes(b)
	}
	p, q := number(v.P), number(v.Q)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, big.NewInt(1)), new(big.Int).Sub(q, big.NewInt(1)))
	key := &stdrsa.PrivateKey{
		PublicKey: stdrsa.PublicKey{N: new(big.Int).Mul(p, q), E: rsa.Exponent},
		D:         new(big.Int).ModInverse(big.NewInt(rsa.Exponent), phi), Primes: []*big.Int{p, q},
	}
	key.Precompute()
	return key
}

func signRSA(t testing.TB, key *stdrsa.PrivateKey, a Algorithm, text string) []byte {
	t.Helper()
	digest := sha256.Sum256([]byte(text))
	var signature []byte
	var err error
	if a == PS256 {
		signature, err = stdrsa.SignPSS(rand.Reader, key, crypto.SHA256, digest[:], &stdrsa.PSSOptions{SaltLength: 32})
	} else {
		signature, err = stdrsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	}
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

// rsaFixture is newFixture with a key of another algorithm.
func rsaFixture(t testing.TB, a Algorithm, bits int) *fixture {
	t.Helper()
	f := newFixture(t, janeQuery, janeClaims)
	f.resign(t, 0, a, bits)
	return f
}

// resign has another issuer sign document i.
func (f *fixture) resign(t testing.TB, i int, a Algorithm, bits int) {
	t.Helper()
	key := rsaKey(t, bits)
	d := &f.st.Documents[i]
	d.Key = Key{Algorithm: a, Modulus: key.N.Bytes()}
	d.Header = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"` + a.String() + `","kid":"test"}`))
	f.secrets[i].Signature = signRSA(t, key, a, d.Header+"."+f.secrets[i].Payload)
}

type kind struct {
	a    Algorithm
	bits int
}

func (k kind) String() string { return fmt.Sprint(k.a, "-", k.bits) }

// kinds are the signatures to test with.
func kinds() []kind {
	if testing.Short() {
		return []kind{{RS256, 2048}, {PS256, 2048}}
	}
	return []kind{{RS256, 2048}, {RS256, 3072}, {RS256, 4096}, {PS256, 2048}, {PS256, 3072}, {PS256, 4096}}
}

func TestRSA(t *testing.T) {
	for _, k := range kinds() {
		t.Run(k.String(), func(t *testing.T) {
			f := rsaFixture(t, k.a, k.bits)
			start := time.Now()
			proof, err := Prove(context.Background(), f.st, f.secrets)
			if err != nil {
				t.Fatal(err)
			}
			proved := time.Since(start)
			start = time.Now()
			if err := Verify(f.st, proof); err != nil {
				t.Fatal(err)
			}
			bits, err := Soundness(f.st)
			if err != nil || bits < 104 {
				t.Errorf("%.1f bits of soundness, %v", bits, err)
			}
			t.Logf("%d bytes, %.1f bits, prove %v, verify %v", len(proof), bits, proved, time.Since(start))

			got, err := EstimateCost(f.st.Program, f.st.Documents[0].Class, SampleKey(k.a, k.bits))
			if err != nil {
				t.Fatal(err)
			}
			if off := got.Bytes - len(proof); off < -pathSpread || off > pathSpread {
				t.Errorf("%d bytes estimated, a proof has %d", got.Bytes, len(proof))
			}

			// Published bytes come first after the root; each has a check.
			p, err := newPlan(f.st, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				bad := slices.Clone(proof)
				bad[merkle.Size+int(randomBelow(t, p.published))] ^= 1 << randomBelow(t, 8)
				if err := Verify(f.st, bad); !errors.Is(err, ErrProof) {
					t.Errorf("a published bit changed: %v", err)
				}
			}
			// Another statement.
			for what, change := range map[string]func(d *Document){
				"modulus": func(d *Document) {
					d.Key.Modulus = slices.Clone(d.Key.Modulus)
					d.Key.Modulus[100] ^= 1
				},
				"algorithm": func(d *Document) { d.Key.Algorithm = RS256 + PS256 - d.Key.Algorithm },
				"ES256":     func(d *Document) { d.Key = keyOf(testKey) },
				"header":    func(d *Document) { d.Header = d.Header[:len(d.Header)-1] + "A" },
			} {
				st := *f.st
				st.Documents = slices.Clone(st.Documents)
				change(&st.Documents[0])
				if err := Verify(&st, proof); !errors.Is(err, ErrProof) {
					t.Errorf("another %s: %v", what, err)
				}
			}
		})
	}
}

func randomBelow(t testing.TB, n int) int64 {
	t.Helper()
	v, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		t.Fatal(err)
	}
	return v.Int64()
}

// mixedFixture is a statement of two documents with signatures of these kinds.
func mixedFixture(t testing.TB, keys [2]kind) *fixture {
	t.Helper()
	f := newPair(t, `[{"output":{"r":{"==":[{"dvar":"x.n"},{"dvar":"y.n"}]}}}]`, `{"n":7}`, `{"n":7}`)
	for i, k := range keys {
		if k.a != ES256 {
			f.resign(t, i, k.a, k.bits)
		}
	}
	return f
}

// TestMixed proves documents of issuers with different algorithms in one statement.
func TestMixed(t *testing.T) {
	for _, keys := range [][2]kind{
		{{ES256, 256}, {RS256, 2048}}, {{PS256, 2048}, {ES256, 256}}, {{RS256, 2048}, {PS256, 3072}}, {{RS256, 2048}, {RS256, 2048}},
	} {
		t.Run(fmt.Sprint(keys), func(t *testing.T) {
			f := mixedFixture(t, keys)
			proof, err := Prove(context.Background(), f.st, f.secrets)
			if err != nil {
				t.Fatal(err)
			}
			if err := Verify(f.st, proof); err != nil {
				t.Fatal(err)
			}
			p, err := newPlan(f.st, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d bytes, %.1f bits", len(proof), p.bits())
			curve := p.p.Full > 0
			if want := keys[0].a == ES256 || keys[1].a == ES256; curve != want {
				t.Errorf("a part in the P-256 field: %v", curve)
			}
			// Keys, or secrets, of one document at the other.
			st := *f.st
			st.Documents = slices.Clone(st.Documents)
			st.Documents[0].Key, st.Documents[1].Key = st.Documents[1].Key, st.Documents[0].Key
			if keys[0] != keys[1] {
				if err := Verify(&st, proof); !errors.Is(err, ErrProof) {
					t.Errorf("keys exchanged: %v", err)
				}
				if _, err := Prove(context.Background(), &st, f.secrets); err == nil {
					t.Error("keys exchanged: proven")
				}
			}
		})
	}
}

// TestRSAKeys: what is no key.
func TestRSAKeys(t *testing.T) {
	f := rsaFixture(t, RS256, 2048)
	n := f.st.Documents[0].Key.Modulus
	for what, k := range map[string]Key{
		"1024 bits":     {Algorithm: RS256, Modulus: n[:128]},
		"top bit 0":     {Algorithm: RS256, Modulus: append([]byte{n[0] & 0x7f}, n[1:]...)},
		"leading zero":  {Algorithm: RS256, Modulus: append([]byte{0}, n...)},
		"even":          {Algorithm: PS256, Modulus: append(slices.Clone(n[:255]), n[255]&^1)},
		"none":          {Algorithm: RS256},
		"a point":       {Algorithm: RS256, X: keyOf(testKey).X, Y: keyOf(testKey).Y},
		"both":          {Algorithm: RS256, X: keyOf(testKey).X, Y: keyOf(testKey).Y, Modulus: n},
		"both, ES256":   {X: keyOf(testKey).X, Y: keyOf(testKey).Y, Modulus: n},
		"modulus alone": {Modulus: n},
		"no algorithm":  {Algorithm: 3, Modulus: n},
		"-1":            {Algorithm: -1, Modulus: n},
	} {
		st := *f.st
		st.Documents = slices.Clone(st.Documents)
		st.Documents[0].Key = k
		if err := Verify(&st, nil); err == nil || errors.Is(err, ErrProof) {
			t.Errorf("%s: %v", what, err)
		}
	}
	// Signatures that are none.
	good := f.secrets[0].Signature
	for what, s := range map[string][]byte{
		"none": nil, "short": good[1:], "long": append([]byte{0}, good...), "changed": append(slices.Clone(good[:255]), good[255]^1), "of PSS": rsaFixture(t, PS256, 2048).secrets[0].Signature,
	} {
		f.secrets[0].Signature = s
		if _, err := Prove(context.Background(), f.st, f.secrets); !errors.Is(err, rsa.ErrSignature) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestRSAEncoding: the statement says algorithm and modulus.
func TestRSAEncoding(t *testing.T) {
	f := rsaFixture(t, RS256, 2048)
	n := f.st.Documents[0].Key.Modulus
	want := append([]byte("\x05\x00\x00\x00RS256\x00\x01\x00\x00"), n...)
	if !bytes.Contains(f.st.encode(), want) {
		t.Error("the statement has no such algorithm and modulus")
	}
	f.st.Documents[0].Key.Algorithm = PS256
	want = append([]byte("\x05\x00\x00\x00PS256\x00\x01\x00\x00"), n...)
	if !bytes.Contains(f.st.encode(), want) {
		t.Error("the statement has no such algorithm and modulus")
	}
}

// TestPrimesComeLast: the primes depend on what is committed and on what is stated.
func TestPrimesComeLast(t *testing.T) {
	f := rsaFixture(t, RS256, 2048)
	p, err := newPlan(f.st, f.secrets, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	draw := func(statement []byte, seed uint64) [rsa.Primes]uint64 {
		_, err := p.system.Prove(statement, p.secrets, seeded(seed), func(t *transcript.Transcript) ([]byte, *libzk.Relations, error) {
			return p.relate(t, nil, true)
		})
		if err != nil {
			t.Fatal(err)
		}
		return p.rsa[0].Primes
	}
	st := f.st.encode()
	first := draw(st, 1)
	if draw(st, 1) != first {
		t.Error("the same commitment and statement drew other primes")
	}
	if draw(append(st, 0), 1) == first || draw(st, 2) == first {
		t.Error("another statement or commitment drew the same primes")
	}
}

// TestRSAKnownPrimes: an attacker who knows the primes solves the last quotient for a digest that nobody
// signed, and everything holds. The primes of the transcript are others.
func TestRSAKnownPrimes(t *testing.T) {
	f := rsaFixture(t, RS256, 2048)
	signatureBytes := f.secrets[0].Signature
	f.secrets[0].Payload = base64.RawURLEncoding.EncodeToString(bytes.Replace([]byte(janeClaims), []byte("female"), []byte("famele"), 1))
	signed := sha256.Sum256([]byte(f.st.Documents[0].Header + "." + base64.RawURLEncoding.EncodeToString([]byte(janeClaims))))
	p, err := newPlan(f.st, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.draw(&machine.Wiring{}, transcript.New([]byte("attack"))) // as attack.check does
	a := newAttack(t, f, cheat{
		rsa: func(r *signature.RSA, _ [32]byte) {
			if err := r.Open(signed, signatureBytes); err != nil {
				t.Fatal(err)
			}
		},
	})
	a.refused(t, "congruence", false)
	r := a.rsa[0]
	digest := signedDigest(f)
	n, s := new(big.Int).SetBytes(f.st.Documents[0].Key.Modulus), new(big.Int).SetBytes(signatureBytes)
	x := new(big.Int).Exp(s, big.NewInt(1<<16), n)
	x.Mul(x, s).Sub(x, r.Modulus.PKCS1Message(digest))
	product := big.NewInt(1)
	for _, m := range p.rsa[0].Primes {
		product.Mul(product, new(big.Int).SetUint64(m))
	}
	q := x.Mul(x, new(big.Int).ModInverse(n, product)).Mod(x, product)
	for j := range 2048 {
		a.set(q.Bit(j) == 1, r.Inputs.Block[18*2048+j])
	}
	a.refused(t, "", true)
}

// TestRSACommittedBits changes bits that an attacker commits: each is tied, masks aside, of which published
// values are functions.
func TestRSACommittedBits(t *testing.T) {
	for _, a := range []Algorithm{RS256, PS256} {
		f := rsaFixture(t, a, 2048)
		attack := newAttack(t, f, cheat{})
		block := attack.rsa[0].Inputs.Block
		first, last := int(attack.sources[0].Digest[255])+1, int(block[0])-1 // of PSS: salt and hashes
		at := []int{int(block[0]), int(block[2047]), int(block[2048]), int(block[19*2048-1]), int(block[19*2048]), int(block[len(block)-1])}
		for range 12 {
			at = append(at, int(block[randomBelow(t, len(block))]))
		}
		if a == PS256 {
			at = append(at, first, first+255, last)
			for range 20 {
				at = append(at, first+int(randomBelow(t, last-first)))
			}
		} else if first != last+1 {
			t.Errorf("%d bits between the digest and the signature", last+1-first)
		}
		for _, i := range at {
			attack.set(!attack.get(ref(i)), ref(i))
			if label := attack.check(t); label == "" {
				t.Errorf("%s: bit %d of %d is not tied", a, i-int(block[0]), len(block))
			}
			attack.set(!attack.get(ref(i)), ref(i))
		}
		if label := attack.check(t); label != "" {
			t.Errorf("%s: %s", a, label)
		}
	}
}

// TestRSADigest: the digest that is hashed is the one that is signed.
func TestRSADigest(t *testing.T) {
	for _, k := range []Algorithm{RS256, PS256} {
		f := rsaFixture(t, k, 2048)
		payload := base64.RawURLEncoding.EncodeToString(bytes.Replace([]byte(janeClaims), []byte("female"), []byte("famele"), 1))
		honest := *f
		f = &fixture{f.st, []Secret{{Payload: payload, Signature: f.secrets[0].Signature}}}
		signed := signedDigest(&honest)
		a := newAttack(t, f, cheat{rsa: func(r *signature.RSA, _ [32]byte) {
			if err := r.Open(signed, f.secrets[0].Signature); err != nil {
				t.Fatal(err)
			}
		}})
		a.refused(t, "congruence", true)
		// The digest of the signed text in the place of the hash of this one.
		for j, r := range a.sources[0].Digest {
			a.set(signed[j/8]>>(j%8)&1 == 1, r)
		}
		if k == RS256 {
			a.refused(t, "dot product", true)
		} else if a.check(t) == "" {
			t.Error("a digest that is not the hash")
		}
	}
}

// TestRSASoundness: the primes' error counts where it is the largest, as it is with the
// largest moduli.
func TestRSASoundness(t *testing.T) {
	for _, k := range kinds() {
		f := rsaFixture(t, k.a, k.bits)
		p, err := newPlan(f.st, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		own := math.Exp2(-p.bits()) - math.Exp2(-p.system.Bits())
		if low := float64(rsa.Risk(k.bits)) * math.Exp2(-128); own < low || p.risk < rsa.Risk(k.bits) {
			t.Errorf("%v: an own error of %g, that of the primes is %g", k, own, low)
		}
		if p.bits() < 104 {
			t.Errorf("%v: %.1f bits", k, p.bits())
		}
	}
	without, err := newPlan(newFixture(t, janeQuery, janeClaims).st, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	with, err := newPlan(rsaFixture(t, RS256, 4096).st, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(without.es256()) != 1 || len(with.es256()) != 0 || with.risk <= without.risk {
		t.Errorf("risks of %d and %d units", without.risk, with.risk)
	}
}
