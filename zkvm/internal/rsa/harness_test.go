package rsa

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/affine"
)

// system is one signature over a witness of its own: the digest, the block, the masks.
type system struct {
	t      testing.TB
	rnd    *rand.Rand
	space  *affine.Space[elem]
	digest []affine.Ref // bits that EM depends on, bit k%8 of byte k/8 at index k
	in     Inputs
	w      []elem
	encode func(*affine.Space[elem]) Encoded
}

// newSystem lays a signature of PKCS1 out, under random masks.
func newSystem(t testing.TB, m Modulus) *system {
	t.Helper()
	s := newSystemFor(t, m, 256)
	s.encode = func(*affine.Space[elem]) Encoded { return m.PKCS1(s.digest) }
	s.in.Encoded = s.encode(s.space)
	return s
}

// newSystemFor lays a signature out of which EM depends on so many committed bits.
func newSystemFor(t testing.TB, m Modulus, digest int) *system {
	t.Helper()
	total := digest + BlockBits(m.bits) + Primes*(MaskBits+1)
	s := &system{t: t, rnd: rand.New(rand.NewPCG(1, uint64(m.bits))), space: affine.NewSpace[elem](fld, total), w: make([]elem, total)}
	next := 0
	refs := func(n int) []affine.Ref {
		out := make([]affine.Ref, n)
		for i := range out {
			out[i] = s.space.W(next)
			next++
		}
		return out
	}
	s.digest = refs(digest)
	s.in = Inputs{Modulus: m, Block: refs(BlockBits(m.bits))}
	for i := range s.in.Masks {
		s.in.Masks[i] = Masks{Bits: refs(MaskBits), Epsilon: refs(1)[0]}
		for _, r := range s.in.Masks[i].Bits {
			s.w[r] = elem{Lo: s.rnd.Uint64() & 1}
		}
		s.w[s.in.Masks[i].Epsilon] = elem{Lo: s.rnd.Uint64(), Hi: s.rnd.Uint64()}
	}
	return s
}

// commit fills in a digest and a chain.
func (s *system) commit(digest []byte, c *Chain) {
	for k, r := range s.digest {
		s.w[r] = elem{Lo: uint64(digest[k/8] >> (k % 8) & 1)}
	}
	for k, b := range c.AppendBits(nil) {
		s.w[s.in.Block[k]] = elem{Lo: uint64(b)}
	}
}

// residues are those that a prover of the chain would publish.
func (s *system) residues(c *Chain, drawn [Primes]uint64) (out [Primes]*residues) {
	for i, m := range drawn {
		out[i] = c.residues(s.in.Modulus.modulo(m), s.in.Encoded.constant)
	}
	return out
}

// publish masks residues.
func (s *system) publish(r [Primes]*residues) (out []byte) {
	for i := range r {
		out = r[i].mask(&s.in.Masks[i], s.w).encode(out)
	}
	return out
}

// value is that of a committed element.
func (s *system) value(r affine.Ref) elem { return s.w[r] }

// inputs are the values of the circuit's inputs for what is published, copy by copy, the
// constant one included.
func (s *system) inputs(drawn [Primes]uint64, published []byte) [][]elem {
	s.t.Helper()
	s.space = affine.NewSpace[elem](fld, len(s.w)) // without the forms of copies made before
	s.in.Encoded = s.encode(s.space)
	copies, err := s.in.Copies(s.space, drawn, published)
	if err != nil {
		s.t.Fatal(err)
	}
	if len(copies) != Copies {
		s.t.Fatalf("%d copies", len(copies))
	}
	values := s.space.Evaluate(s.w)
	var out [][]elem
	for i := range copies {
		in := []elem{fld.One()}
		for _, r := range copies[i].Append(nil) {
			in = append(in, values.At(r))
		}
		out = append(out, in)
	}
	return out
}

// broken lists the assertions that the copies break.
func (s *system) broken(drawn [Primes]uint64, published []byte) (labels []string) {
	s.t.Helper()
	for i, in := range s.inputs(drawn, published) {
		for _, label := range violated(s.in.Modulus.bits, in) {
			labels = append(labels, violation(i, label))
		}
	}
	return labels
}

// violated lists the assertions that the inputs of one copy break, tie first.
func violated(bits int, in []elem) (labels []string) {
	c := Circuit(bits)
	for j := len(c.Layers) - 1; j >= 0; j-- {
		out, checks := make([]elem, c.Layers[j].Outputs), make([]elem, c.Layers[j].Outputs)
		for _, t := range c.Layers[j].Terms {
			v := fld.Mul(fld.Mul(in[t.L], in[t.R]), c.Constants[t.K])
			if t.Assert || j == 0 {
				checks[t.G] = fld.Add(checks[t.G], v)
			} else {
				out[t.G] = fld.Add(out[t.G], v)
			}
		}
		for g, v := range checks {
			if v != (elem{}) {
				labels = append(labels, c.Label(j, g))
			}
		}
		in = out
	}
	slices.Sort(labels)
	slices.Reverse(labels)
	return labels
}

// verdict commits a chain, publishes its residues after edit has changed them, and returns
// what the circuit refuses, which must be what the specification refuses.
func (s *system) verdict(what string, digest []byte, c *Chain, drawn [Primes]uint64, edit func([Primes]*residues)) []string {
	s.t.Helper()
	s.commit(digest, c)
	r := s.residues(c, drawn)
	if edit != nil {
		edit(r)
	}
	have := s.broken(drawn, s.publish(r))
	want := (&assignment{c, s.in.Encoded.constant, drawn, r}).evaluate()
	if !slices.Equal(have, want) {
		s.t.Fatalf("%s: the circuit refuses %q, the specification %q", what, have, want)
	}
	return have
}

// A vector is one file of testdata.
type vector struct {
	Bits         int
	N, P, Q      hexNumber
	SigningInput string `json:"signing_input"`
	Digest       hexBytes
	PrimesSeed   string `json:"primes_seed"`
	RS256        signatureVector
	PS256        struct {
		Salt hexBytes
		signatureVector
	}
	Refused map[string]hexBytes
}

type signatureVector struct {
	Signature      hexBytes
	EncodedMessage hexNumber `json:"encoded_message"`
	X, Quotients   []hexNumber
	T              decimal
	Primes         []struct {
		M, U, Constant            decimal
		X                         []decimal
		H                         []hexBytes
		Position, Quotient, Block []decimal
		Copies                    []struct {
			Copy  string
			Kappa decimal
			Long  hexBytes
		}
	}
}

type (
	hexBytes  []byte
	hexNumber struct{ *big.Int }
	decimal   struct{ *big.Int }
)

func (b *hexBytes) UnmarshalText(text []byte) (err error) {
	*b, err = hex.DecodeString(string(text))
	return err
}

func (n *hexNumber) UnmarshalJSON(text []byte) error {
	var b hexBytes
	err := json.Unmarshal(text, &b)
	n.Int = new(big.Int).SetBytes(b)
	return err
}

func (n *decimal) UnmarshalJSON(text []byte) error {
	n.Int = new(big.Int)
	return n.Int.UnmarshalText(bytes.Trim(text, `"`))
}

func readVector(t testing.TB, bits int) *vector {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("testdata/rsa-%d.json", bits))
	if err != nil {
		t.Fatal(err)
	}
	v := new(vector)
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatal(err)
	}
	if v.Bits != bits || len(v.RS256.Primes) != Primes || len(v.Refused) == 0 {
		t.Fatal("the vector is incomplete")
	}
	return v
}

func (v *vector) modulus(t testing.TB) Modulus {
	t.Helper()
	m, err := CheckModulus(v.N.FillBytes(make([]byte, v.Bits/8)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// raw is v^d mod N for the vector's private key: a signature of any block.
func (v *vector) raw(block *big.Int) *big.Int {
	return new(big.Int).Exp(block, v.private(Exponent), v.N.Int)
}

func (v *vector) private(exponent int64) *big.Int {
	one := big.NewInt(1)
	p, q := new(big.Int).Sub(v.P.Int, one), new(big.Int).Sub(v.Q.Int, one)
	return new(big.Int).ModInverse(big.NewInt(exponent), p.Mul(p, q)) // nil if there is none
}

// counter is a stream of SHA-256(seed, LE64(i)): what the reference draws primes from.
func counter(seed string) func([]byte) {
	var buffer []byte
	i := uint64(0)
	return func(dst []byte) {
		for len(buffer) < len(dst) {
			b := []byte(seed)
			for k := range 8 {
				b = append(b, byte(i>>(8*k)))
			}
			h := sha256.Sum256(b)
			buffer = append(buffer, h[:]...)
			i++
		}
		buffer = buffer[copy(dst, buffer):]
	}
}

// expect requires that a chain, with what is published for it, breaks exactly these assertions.
func (s *system) expect(what string, digest []byte, c *Chain, drawn [Primes]uint64, edit func([Primes]*residues), want ...string) {
	s.t.Helper()
	if have := s.verdict(what, digest, c, drawn, edit); !slices.Equal(have, want) {
		s.t.Errorf("%s breaks %q, want %q", what, have, want)
	}
}
