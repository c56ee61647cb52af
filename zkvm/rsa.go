package zkvm

import (
	"io"
	"slices"

	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/rsa"
	"github.com/zkpass-go/zkpass/zkvm/internal/sha256"
)

// rsaSignature is what belongs to an RSA signature of one document. Package rsa says what is
// committed and published and why it proves something; here it is laid out, with the
// hashes of PSS.
type rsaSignature struct {
	modulus rsa.Modulus
	pss     bool

	// secret
	chain *rsa.Chain
	salt  [32]byte

	inputs rsa.Inputs         // of the pass under way
	primes [rsa.Primes]uint64 // the same for all documents
}

// open checks the signature of a digest and keeps what is committed for it.
func (r *rsaSignature) open(digest [32]byte, signature []byte) (err error) {
	em := r.modulus.PKCS1Message(digest)
	if r.pss {
		r.salt = r.modulus.Salt(signature)
		em = r.modulus.PSSMessage(digest, r.salt)
	}
	r.chain, err = rsa.NewChain(r.modulus, signature, em)
	return err
}

// layRSA proves that the digest of a document is signed: the encoded message, the chain and the
// masks are committed before the primes are drawn; then residues are published and the
// copies wired.
func (m *machine) layRSA(s *source, r *rsaSignature, digest [32]byte) {
	n := r.modulus.Bits()
	in := &r.inputs
	*in = rsa.Inputs{Modulus: r.modulus}
	if r.pss {
		in.Encoded = m.layPSS(s, r, digest)
	} else {
		in.Encoded = r.modulus.PKCS1(s.digest[:])
	}
	var block []uint8
	if m.fill {
		block = r.chain.AppendBits(nil)
	}
	in.Block = m.commitBits(rsa.BlockBits(n), block)
	for i := range in.Masks {
		in.Masks[i] = rsa.Masks{Bits: m.uniformBits(rsa.MaskBits), Epsilon: m.mask()}
	}
	published := m.publishBytes(rsa.PublishedBytes, func() []byte { return in.Publish(nil, r.primes, m.value) })
	m.risk(rsa.Risk(n))
	use := circuits.RSA(n)
	if !m.wiring() {
		for range rsa.Copies {
			m.instance(use)
		}
		m.countRSA(s, r)
		return
	}
	copies, err := in.Copies(m.w.space, r.primes, published)
	if err != nil {
		if m.w.err == nil {
			m.w.err = err
		}
		return
	}
	for i := range copies {
		m.copyOf(use, &copies[i])
	}
}

// countRSA counts the forms of an RSA signature; those of an encoded message are bits of the digest,
// or with PSS all of its own.
func (m *machine) countRSA(s *source, r *rsaSignature) {
	encoded := len(s.digest)
	if r.pss {
		encoded = r.modulus.Bits()
		m.count(encoded, 2)
	}
	forms, terms := rsa.Room(encoded)
	m.forms += forms
	m.terms += terms
}

// layPSS makes the encoded message of PSS from a salt that is committed, with the hashes that
// it takes: H, and the blocks of MGF1.
func (m *machine) layPSS(s *source, r *rsaSignature, digest [32]byte) rsa.Encoded {
	var saltBits []uint8
	if m.fill {
		saltBits = appendBits(nil, r.salt[:])
	}
	salt := m.commitBits(8*rsa.SaltBytes, saltBits)
	zeros := make([]byte, rsa.HashedBytes-len(digest)-len(r.salt))
	h := m.hash(slices.Concat(m.publicBits(zeros), s.digest[:], salt), slices.Concat(zeros, digest[:], r.salt[:]))
	value := rsa.PSSHash(digest, r.salt)
	var mask []ref
	for i := range r.modulus.MaskBlocks() {
		counter := rsa.MaskCounter(i)
		mask = append(mask, m.hash(slices.Concat(h, m.publicBits(counter[:])), slices.Concat(value[:], counter[:]))...)
	}
	if !m.wiring() {
		return rsa.Encoded{}
	}
	return r.modulus.PSS(m.w.space, h, mask, salt)
}

// hash is SHA-256 of a message of public length: bit k%8 of byte k/8 is message[k], of the digest too. value is
// asked of the filling pass only.
func (m *machine) hash(message []ref, value []byte) []ref {
	length := len(value)
	state := sha256.InitialState
	in := make([]ref, sha256.StateBits)
	for k := range in {
		in[k] = m.public(digestBit(state, k))
	}
	blocks := (length + 9 + 63) / 64
	for b := range blocks {
		var c sha256.Copy
		copy(c.In[:], in)
		var padding [64]byte // with the message's bytes zero
		fillBlock(&padding, make([]byte, length), b, b == blocks-1)
		for k, bit := range appendBits(nil, padding[:]) {
			if at := 512*b + k; at < len(message) {
				c.Message[k] = message[at]
			} else {
				c.Message[k] = m.public(bit == 1)
			}
		}
		var witness []uint8
		if m.fill {
			var block [64]byte
			fillBlock(&block, value, b, b == blocks-1)
			witness = make([]uint8, sha256.WitnessBits)
			state = sha256.Witness(&block, state, witness)
		}
		m.compression(&c, witness)
		in = c.Out[:]
	}
	return in
}

// commitBits commits n bits, one 0 or 1 a byte of values in the filling pass.
func (m *machine) commitBits(n int, values []uint8) []ref {
	refs := make([]ref, n)
	if !m.wiring() && !m.fill {
		m.bits += n
		return refs
	}
	for k := range refs {
		refs[k] = m.bit(values != nil && values[k] == 1)
	}
	return refs
}

// uniformBits commits fresh uniform bits, each used once to hide a published one.
func (m *machine) uniformBits(n int) []ref {
	var values []uint8
	if m.fill {
		b := make([]byte, (n+7)/8)
		if m.err == nil {
			_, m.err = io.ReadFull(m.random, b)
		}
		values = appendBits(nil, b)
	}
	return m.commitBits(n, values)
}

// publicBits are constants, bit k%8 of byte k/8 at index k.
func (m *machine) publicBits(b []byte) []ref {
	refs := make([]ref, 0, 8*len(b))
	for _, bit := range appendBits(nil, b) {
		refs = append(refs, m.public(bit == 1))
	}
	return refs
}

// appendBits appends the bits of bytes, the lowest of each first, one 0 or 1 a byte.
func appendBits(dst []uint8, b []byte) []uint8 {
	for _, v := range b {
		for k := range 8 {
			dst = append(dst, v>>k&1)
		}
	}
	return dst
}
