package zkvm

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/ecdsa"
	"github.com/zkpass-go/zkpass/zkvm/internal/json"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/program"
	"github.com/zkpass-go/zkpass/zkvm/internal/rsa"
	"github.com/zkpass-go/zkpass/zkvm/internal/search"
	"github.com/zkpass-go/zkpass/zkvm/internal/signature"
	"github.com/zkpass-go/zkpass/zkvm/internal/text"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// Secret is what a prover knows of one document.
type Secret struct {
	Payload string // the payload as it stands in the token: base64url
	// Signature is decoded: r and s of 32 bytes each with ES256, as many bytes as the modulus
	// has with RS256 and PS256. It is an error if it is not valid.
	Signature []byte
}

// plan is a statement laid out: its shape, and the prover's secrets.
type plan struct {
	st      *Statement
	family  *circuits.Family
	outputs program.Outputs
	// what proves each document's signature: a key and a link, or an RSA signature
	keys  []ecdsa.PublicKey
	links []signature.Link
	rsa   []*signature.RSA // nil with ES256

	gf      libzk.Shape[elem]
	p       libzk.Shape[p256.Elem] // of ES256, without copies if no document has it
	shapeOf []int                  // index of each use in the shape, -1 if it has no copies
	system  *libzk.System

	published int
	risk      int
	chunk     int // factors of a copy of products
	forms     int // room for the forms of relate, and their terms
	terms     int
	secrets   libzk.Secrets
}

// maxSecrets bounds the committed bits of a statement: libzk takes no more.
const maxSecrets = 1 << 24

// maxInputs bounds the inputs of all copies of circuits: copies need not commit anything of
// their own, as those that compare a long array with one literal more.
const maxInputs = 1 << 27

// newPlan lays a statement out. With secrets it fills the witness in, drawing
// masks from random.
func newPlan(st *Statement, secrets []Secret, random io.Reader) (*plan, error) {
	if err := st.check(); err != nil {
		return nil, err
	}
	p := &plan{st: st, links: make([]signature.Link, len(st.Documents))}
	var err error
	if p.family, err = familyOf(st.profile()); err != nil {
		return nil, err
	}
	if p.outputs, err = program.ParseOutputs(st.Program, st.Output); err != nil {
		return nil, err
	}
	rows := 0
	for _, d := range st.Documents {
		key, err := d.Key.check()
		if err != nil {
			return nil, fmt.Errorf("document %q: issuer key: %w", d.Tag, err)
		}
		p.keys = append(p.keys, key.ecdsa)
		if d.Key.Algorithm != ES256 {
			p.rsa = append(p.rsa, &signature.RSA{Modulus: key.rsa, PSS: d.Key.Algorithm == PS256})
			continue
		}
		p.rsa = append(p.rsa, nil)
		rows += signature.Rows(key.ecdsa)
	}
	m := machine.New(len(st.Documents))
	m.Fill = secrets != nil
	if m.Fill {
		m.Random = bufio.NewReaderSize(random, 1<<12)
	}
	digests, err := p.run(m, secrets)
	if err == nil {
		err = m.Err
	}
	if err != nil {
		return nil, err
	}
	if m.Bits > maxSecrets {
		return nil, fmt.Errorf("%w: %d committed bits, at most %d", ErrTooLarge, m.Bits, maxSecrets)
	}
	p.published, p.risk, p.chunk = m.Published, m.Largest(), m.Chunk
	p.forms, p.terms = m.Forms, m.Terms
	p.gf = libzk.Shape[elem]{Field: field, Bits: m.Bits, Symbols: m.Symbols, Full: m.Full, Rows: m.Rows}
	inputs := 0
	for use, n := range m.Copies {
		if n == 0 {
			p.shapeOf = append(p.shapeOf, -1)
			continue
		}
		c := p.circuit(use)
		inputs += n * c.Inputs()
		p.shapeOf = append(p.shapeOf, len(p.gf.Uses))
		p.gf.Uses = append(p.gf.Uses, libzk.Use[elem]{Circuit: c, Copies: n})
	}
	if inputs > maxInputs {
		return nil, fmt.Errorf("%w: %d inputs of circuits, at most %d", ErrTooLarge, inputs, maxInputs)
	}
	var curve *libzk.Shape[p256.Elem]
	if n := len(p.es256()); n > 0 {
		p.p = libzk.Shape[p256.Elem]{
			Field: signature.Field, Full: signature.Len * n, Rows: rows,
			Uses: []libzk.Use[p256.Elem]{{Circuit: p.family.ECDSA(), Copies: ecdsa.Steps * n}},
		}
		curve = &p.p
	}
	if p.system, err = libzk.NewSystem(st.profile(), &p.gf, curve); err != nil {
		return nil, err
	}
	if err := p.checkSoundness(); err != nil {
		return nil, err
	}
	if m.Fill {
		gf, err := p.gf.NewSecrets()
		if err != nil {
			return nil, err
		}
		p.secrets.GF = m.AppendSecrets(gf)
		if curve != nil {
			if p.secrets.P, err = curve.NewSecrets(); err != nil {
				return nil, err
			}
		}
		for _, i := range p.es256() {
			w, err := signature.Secrets(p.keys[i], digests[i], secrets[i].Signature, p.links[i].Mask)
			if err != nil {
				return nil, fmt.Errorf("document %q: %w", st.Documents[i].Tag, err)
			}
			p.secrets.P = append(p.secrets.P, w...)
		}
	}
	return p, nil
}

// circuit is the circuit of a use.
func (p *plan) circuit(use int) *circuit.Circuit[elem] {
	if use < circuits.Dots {
		return p.family.Circuit(use, p.chunk)
	}
	return p.family.Dot(3 * p.st.Documents[use-circuits.Dots].Class.groups()) // the first document of its length
}

// es256 are the documents that are signed with ES256, in order.
func (p *plan) es256() (documents []int) {
	for i, r := range p.rsa {
		if r == nil {
			documents = append(documents, i)
		}
	}
	return documents
}

// run walks all gadgets. It returns the documents' digests if it knows them.
func (p *plan) run(m *machine.Machine, secrets []Secret) ([][32]byte, error) {
	sources := make([]*value.Document, len(p.st.Documents))
	for i := range sources {
		sources[i] = p.newSource(i)
		if secrets != nil {
			if err := openSource(sources[i].Source, p.st.Documents[i].Class, secrets[i]); err != nil {
				return nil, fmt.Errorf("document %q: %w", p.st.Documents[i].Tag, err)
			}
		}
	}
	v := program.NewSurvey(p.st.Program, p.st.Time, p.outputs, sources)
	m.Chunk = chunkFor(sources)
	var digests [][32]byte
	for i, s := range sources {
		var digest [32]byte
		if s.Doc != nil {
			s.Root.Resolve(s.Doc.Root)
			digest = s.TextDigest()
			digests = append(digests, digest)
			if r := p.rsa[i]; r != nil {
				if err := r.Open(digest, secrets[i].Signature); err != nil {
					return nil, fmt.Errorf("document %q: %w", p.st.Documents[i].Tag, err)
				}
			}
		}
		s.SigningInput(m)
		p.laySignature(m, s.Source, i, digest)
		s.Payload(m)
		if len(s.Root.Members) > 0 {
			s.Search(m, s.Root)
		}
		for _, l := range s.Leaves {
			l.Lay(m)
		}
	}
	return digests, v.Execute(m)
}

// laySignature proves that the digest of document i is signed, or links it with the field where
// that is proven. The filling pass knows the digest.
func (p *plan) laySignature(m *machine.Machine, s *text.Source, i int, digest [32]byte) {
	if r := p.rsa[i]; r != nil {
		r.Lay(m, &s.Digest, digest)
	} else {
		p.links[i].Lay(m, &s.Digest)
	}
}

func (p *plan) newSource(i int) *value.Document {
	d := &p.st.Documents[i]
	// Documents of one length share a use of dot products, that of the first.
	first := slices.IndexFunc(p.st.Documents, func(d Document) bool { return d.Class.groups() == p.st.Documents[i].Class.groups() })
	s := newSource(d)
	s.Dots = circuits.Dots + first
	return value.New(search.NewTree(s))
}

// newSource is the text of a document of which nothing is known but what is public.
func newSource(d *Document) *text.Source {
	return &text.Source{Header: d.Header, Groups: d.Class.groups(), Depth: d.Class.Depth, Escapes: d.Class.Escapes, Names: d.Class.Names}
}

// openSource parses the secret part of a document.
func openSource(s *text.Source, class Class, secret Secret) error {
	payload, err := base64.RawURLEncoding.Strict().DecodeString(secret.Payload)
	if err != nil {
		return errors.New("payload is not canonical base64url")
	}
	if len(payload) > s.Size() || len(payload) > MaxPayload {
		return fmt.Errorf("%w: payload of %d bytes for a class of %d", ErrClass, len(payload), class.Bytes)
	}
	if s.Doc, err = document.Parse(payload); err != nil {
		return err
	}
	s.Text = []byte(secret.Payload)
	s.Rows, err = json.Trace(payload, s.Size(), s.Depth)
	return err
}

// relate is the wiring pass. The prover's witness is known to it.
func (p *plan) relate(t *transcript.Transcript, published []byte, proving bool) ([]byte, *libzk.Relations, error) {
	w := &machine.Wiring{Relation: p.gf.NewRelation(), Bits: p.gf.Bits, Symbols: p.gf.Symbols, Proving: proving, Published: published}
	w.Space = w.Relation.Space
	w.Space.Grow(p.forms+p.forms/32, p.terms+p.terms/32) // a few are not counted
	p.draw(w, t)
	if proving {
		// Forms read nothing but the secrets, whatever is behind them.
		n := w.Space.WitnessLen()
		w.Space.Attach(slices.Grow(p.secrets.GF, n-len(p.secrets.GF))[:n])
	}
	m := machine.New(len(p.st.Documents))
	m.W, m.Uses = w, p.shapeOf
	if _, err := p.run(m, nil); err != nil {
		return nil, nil, err
	}
	if w.Err != nil {
		return nil, nil, w.Err
	}
	if err := p.sameAs(m); err != nil {
		return nil, nil, err
	}
	t.WriteBytes(w.Published)
	return w.Published, &libzk.Relations{GF: w.Relation, P: p.relateSignatures()}, nil
}

// sameAs compares what a wiring pass has walked over with what was laid out: a difference is a mistake
// in the program. libzk compares copies and rows.
func (p *plan) sameAs(m *machine.Machine) error {
	laid := [...]int{p.gf.Bits, p.gf.Symbols, p.gf.Full, p.published}
	wired := [...]int{m.Bits, m.Symbols, m.Full, m.Published}
	for i, what := range [...]string{"bits", "symbols", "full elements", "published bytes"} {
		if wired[i] != laid[i] {
			return fmt.Errorf("wiring has %d %s, the layout %d", wired[i], what, laid[i])
		}
	}
	return nil
}

// draw draws the statement's challenges. The primes come last.
func (p *plan) draw(w *machine.Wiring, t *transcript.Transcript) {
	w.Draw(t)
	curves := p.es256()
	for _, i := range curves {
		p.links[i].Draw(t)
	}
	if len(curves) == len(p.rsa) {
		return
	}
	primes := rsa.DrawPrimes(func(b []byte) { t.Read(b) })
	for _, r := range p.rsa {
		if r != nil {
			r.Primes = primes
		}
	}
}

// relateSignatures is the P-256 part, nil if no document has ES256.
func (p *plan) relateSignatures() *libzk.Relation[p256.Elem] {
	curves := p.es256()
	if len(curves) == 0 {
		return nil
	}
	r := p.p.NewRelation()
	for k, i := range curves {
		signature.Relate(r, k*signature.Len, p.keys[i], &p.links[i])
	}
	return r
}
