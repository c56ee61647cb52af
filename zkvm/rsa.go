package zkvm

import (
	"slices"

	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
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
func (s *source) layRSA(m *machine.Machine, r *rsaSignature, digest [32]byte) {
	n := r.modulus.Bits()
	in := &r.inputs
	*in = rsa.Inputs{Modulus: r.modulus}
	if r.pss {
		in.Encoded = s.layPSS(m, r, digest)
	} else {
		in.Encoded = r.modulus.PKCS1(s.digest[:])
	}
	var block []uint8
	if m.Fill {
		block = r.chain.AppendBits(nil)
	}
	in.Block = m.CommitBits(rsa.BlockBits(n), block)
	for i := range in.Masks {
		in.Masks[i] = rsa.Masks{Bits: m.UniformBits(rsa.MaskBits), Epsilon: m.Mask()}
	}
	published := m.PublishBytes(rsa.PublishedBytes, func() []byte { return in.Publish(nil, r.primes, m.Value) })
	m.Risk(rsa.Risk(n))
	use := circuits.RSA(n)
	if !m.Wiring() {
		for range rsa.Copies {
			m.Instance(use)
		}
		s.countRSA(m, r)
		return
	}
	copies, err := in.Copies(m.Space(), r.primes, published)
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
func (s *source) countRSA(m *machine.Machine, r *rsaSignature) {
	encoded := len(s.digest)
	if r.pss {
		encoded = r.modulus.Bits()
		m.Count(encoded, 2)
	}
	forms, terms := rsa.Room(encoded)
	m.Reserve(forms, terms)
}

// layPSS makes the encoded message of PSS from a salt that is committed, with the hashes that
// it takes: H, and the blocks of MGF1.
func (s *source) layPSS(m *machine.Machine, r *rsaSignature, digest [32]byte) rsa.Encoded {
	var saltBits []uint8
	if m.Fill {
		saltBits = machine.AppendBits(nil, r.salt[:])
	}
	salt := m.CommitBits(8*rsa.SaltBytes, saltBits)
	zeros := make([]byte, rsa.HashedBytes-len(digest)-len(r.salt))
	h := hash(m, slices.Concat(m.PublicBits(zeros), s.digest[:], salt), slices.Concat(zeros, digest[:], r.salt[:]))
	value := rsa.PSSHash(digest, r.salt)
	var mask []ref
	for i := range r.modulus.MaskBlocks() {
		counter := rsa.MaskCounter(i)
		mask = append(mask, hash(m, slices.Concat(h, m.PublicBits(counter[:])), slices.Concat(value[:], counter[:]))...)
	}
	if !m.Wiring() {
		return rsa.Encoded{}
	}
	return r.modulus.PSS(m.Space(), h, mask, salt)
}

// hash is SHA-256 of a message of public length: bit k%8 of byte k/8 is message[k], of the digest too. value is
// asked of the filling pass only.
func hash(m *machine.Machine, message []ref, value []byte) []ref {
	length := len(value)
	state := sha256.InitialState
	in := make([]ref, sha256.StateBits)
	for k := range in {
		in[k] = m.Public(digestBit(state, k))
	}
	blocks := (length + 9 + 63) / 64
	for b := range blocks {
		var c sha256.Copy
		copy(c.In[:], in)
		var padding [64]byte // with the message's bytes zero
		fillBlock(&padding, make([]byte, length), b, b == blocks-1)
		for k, bit := range machine.AppendBits(nil, padding[:]) {
			if at := 512*b + k; at < len(message) {
				c.Message[k] = message[at]
			} else {
				c.Message[k] = m.Public(bit == 1)
			}
		}
		var witness []uint8
		if m.Fill {
			var block [64]byte
			fillBlock(&block, value, b, b == blocks-1)
			witness = make([]uint8, sha256.WitnessBits)
			state = sha256.Witness(&block, state, witness)
		}
		compression(m, &c, witness)
		in = c.Out[:]
	}
	return in
}
