package signature

import (
	"slices"

	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/rsa"
	"github.com/zkpass-go/zkpass/zkvm/internal/sha256"
	"github.com/zkpass-go/zkpass/zkvm/internal/text"
)

// RSA is what belongs to an RSA signature of one document. Package rsa says what is
// committed and published and why it proves something; here it is laid out, with the
// hashes of PSS.
type RSA struct {
	Modulus rsa.Modulus
	PSS     bool               // PS256, else RS256
	Primes  [rsa.Primes]uint64 // drawn after the commitment, the same for all documents
	Inputs  rsa.Inputs         // of the pass under way

	// secret
	chain *rsa.Chain
	salt  [32]byte
}

// Open checks the signature of a digest and keeps what is committed for it.
func (r *RSA) Open(digest [32]byte, signature []byte) (err error) {
	em := r.Modulus.PKCS1Message(digest)
	if r.PSS {
		r.salt = r.Modulus.Salt(signature)
		em = r.Modulus.PSSMessage(digest, r.salt)
	}
	r.chain, err = rsa.NewChain(r.Modulus, signature, em)
	return err
}

// Lay proves that the digest of a document, whose bits are given, is signed: the encoded message, the chain and the
// masks are committed before the primes are drawn; then residues are published and the
// copies wired.
func (r *RSA) Lay(m *machine.Machine, bits *[256]ref, digest [32]byte) {
	n := r.Modulus.Bits()
	in := &r.Inputs
	*in = rsa.Inputs{Modulus: r.Modulus}
	if r.PSS {
		in.Encoded = r.layPSS(m, bits, digest)
	} else {
		in.Encoded = r.Modulus.PKCS1(bits[:])
	}
	var block []uint8
	if m.Fill {
		block = r.chain.AppendBits(nil)
	}
	in.Block = m.CommitBits(rsa.BlockBits(n), block)
	for i := range in.Masks {
		in.Masks[i] = rsa.Masks{Bits: m.UniformBits(rsa.MaskBits), Epsilon: m.Mask()}
	}
	published := m.PublishBytes(rsa.PublishedBytes, func() []byte { return in.Publish(nil, r.Primes, m.W.Space.Values()) })
	m.Risk(rsa.Risk(n))
	use := circuits.RSA(n)
	if !m.Wiring() {
		for range rsa.Copies {
			m.Instance(use)
		}
		r.countRSA(m)
		return
	}
	copies, err := in.Copies(m.Space(), r.Primes, published)
	if err != nil {
		m.Fail(err)
		return
	}
	for i := range copies {
		m.CopyOf(use, &copies[i])
	}
}

// countRSA counts the forms of an RSA signature; those of an encoded message are bits of the digest,
// or with PSS all of its own.
func (r *RSA) countRSA(m *machine.Machine) {
	encoded := sha256.StateBits
	if r.PSS {
		encoded = r.Modulus.Bits()
		m.Count(encoded, 2)
	}
	forms, terms := rsa.Room(encoded)
	m.Reserve(forms, terms)
}

// layPSS makes the encoded message of PSS from a salt that is committed, with the hashes that
// it takes: H, and the blocks of MGF1.
func (r *RSA) layPSS(m *machine.Machine, bits *[256]ref, digest [32]byte) rsa.Encoded {
	var saltBits []uint8
	if m.Fill {
		saltBits = machine.AppendBits(nil, r.salt[:])
	}
	salt := m.CommitBits(8*rsa.SaltBytes, saltBits)
	zeros := make([]byte, rsa.HashedBytes-len(digest)-len(r.salt))
	h := text.Hash(m, slices.Concat(m.PublicBits(zeros), bits[:], salt), slices.Concat(zeros, digest[:], r.salt[:]))
	value := rsa.PSSHash(digest, r.salt)
	var mask []ref
	for i := range r.Modulus.MaskBlocks() {
		counter := rsa.MaskCounter(i)
		mask = append(mask, text.Hash(m, slices.Concat(h, m.PublicBits(counter[:])), slices.Concat(value[:], counter[:]))...)
	}
	if !m.Wiring() {
		return rsa.Encoded{}
	}
	return r.Modulus.PSS(m.Space(), h, mask, salt)
}
