package zkvm

import (
	"bufio"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"math/big"
	"testing"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/ecdsa"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine/machinetest"
	"github.com/zkpass-go/zkpass/zkvm/internal/program"
	"github.com/zkpass-go/zkpass/zkvm/internal/search"
	"github.com/zkpass-go/zkpass/zkvm/internal/signature"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// cheat is a prover that knows the rules and breaks them. Its hooks change what
// the honest filling pass starts from; secrets changes what it committed.
// Everything that follows is recomputed: published values are always those of
// the committed ones.
type cheat struct {
	header   string                         // whose blocks are hashed and signed instead of the statement's, of the same length
	parsed   string                         // what is taken for the payload's trace instead of it, of the same length
	signed   *[32]byte                      // what the signature is of, instead of the signing input's digest
	key      *Key                           // whose signature it is, instead of the issuer's
	rsa      func(*signature.RSA, [32]byte) // what is committed for the RSA signature of a digest
	resolved func([]*value.Document)        // members are found
	leaves   func([]*value.Leaf)            // kinds are laid out, the program is not; laying-out pass only
	secrets  func(*attack)                  // all secrets are committed
}

// attack is a plan with a witness of the attacker's choice, and the references of
// what was committed: those that are not negative are indexes of secrets.
type attack struct {
	*plan
	f       *fixture
	sources []*value.Document
	leaves  []*value.Leaf       // of each path, see leavesOf
	full    map[*value.Leaf]int // how many elements of the whole field are committed before it
}

// newAttack lays out a fixture's statement with the cheat's witness.
func newAttack(t testing.TB, f *fixture, c cheat) *attack {
	t.Helper()
	p, err := newPlan(f.st, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	a := &attack{plan: p, f: f}
	m := &machine.Machine{Copies: make([]int, circuits.Dots+len(f.st.Documents)), Fill: true, Random: bufio.NewReader(rand.Reader)}
	digests, err := a.walk(m, c)
	if err != nil {
		t.Fatal(err)
	}
	if m.Bits != p.gf.Bits || m.Symbols != p.gf.Symbols || m.Full != p.gf.Full || m.Rows != p.gf.Rows || m.Published != p.published {
		t.Fatal("the attacker's walk is not the plan's: adapt walk to plan.run")
	}
	p.secrets.GF = m.AppendSecrets(nil)
	for _, i := range p.es256() {
		s := f.secrets[i]
		digest, key := digests[i], p.keys[i]
		if c.signed != nil {
			digest = *c.signed
		}
		if c.key != nil {
			if key, err = ecdsa.CheckPublicKey(new(big.Int).SetBytes(c.key.X[:]), new(big.Int).SetBytes(c.key.Y[:])); err != nil {
				t.Fatal(err)
			}
		}
		w, err := signature.Secrets(key, digest, s.Signature, p.links[i].Mask)
		if err != nil {
			t.Fatal(err)
		}
		p.secrets.P = append(p.secrets.P, w...)
	}
	// References come from a wiring pass.
	w := &machine.Wiring{Relation: p.gf.NewRelation(), Bits: p.gf.Bits, Symbols: p.gf.Symbols, Proving: true}
	w.Space = w.Relation.Space
	p.draw(w, transcript.New([]byte("references")))
	a.attach(w)
	if _, err := a.walk(&machine.Machine{Copies: m.Copies, W: w, Uses: p.shapeOf}, cheat{}); err != nil {
		t.Fatal(err)
	}
	if c.secrets != nil {
		c.secrets(a)
	}
	return a
}

func (a *attack) attach(w *machine.Wiring) {
	full := make([]elem, w.Space.WitnessLen())
	copy(full, a.plan.secrets.GF)
	w.Space.Attach(full)
}

// walk is plan.run with the cheat's hooks.
func (a *attack) walk(m *machine.Machine, c cheat) ([][32]byte, error) {
	p := a.plan
	m.Chunk = p.chunk
	a.sources = make([]*value.Document, len(p.st.Documents))
	for i := range a.sources {
		a.sources[i] = p.newSource(i)
		if m.Fill {
			secret := a.f.secrets[i]
			if c.parsed != "" {
				secret.Payload = base64.RawURLEncoding.EncodeToString([]byte(c.parsed))
			}
			if err := openSource(a.sources[i].Source, p.st.Documents[i].Class, secret); err != nil {
				return nil, err
			}
			a.sources[i].Text = []byte(a.f.secrets[i].Payload)
			if c.header != "" {
				a.sources[i].Header = c.header
			}
		}
	}
	v := program.NewSurvey(p.st.Program, p.st.Time, p.outputs, a.sources)
	if m.Fill {
		for _, s := range a.sources {
			s.Root.Resolve(s.Doc.Root)
		}
		if c.resolved != nil {
			c.resolved(a.sources)
			for _, s := range a.sources {
				follow(s.Root)
			}
		}
	}
	var digests [][32]byte
	for i, s := range a.sources {
		var digest [32]byte
		if m.Fill {
			digest = s.TextDigest()
			digests = append(digests, digest)
			if r := p.rsa[i]; r != nil && c.rsa != nil {
				c.rsa(r, digest)
			} else if r != nil {
				if err := r.Open(digest, a.f.secrets[i].Signature); err != nil {
					return nil, err
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
			if a.full == nil {
				a.full = map[*value.Leaf]int{}
			}
			a.full[l] = m.Full
			l.Lay(m)
		}
	}
	a.leaves = leavesOf(p.st.Program, a.sources)
	if m.Fill && c.leaves != nil {
		c.leaves(a.leaves)
	}
	return digests, v.Execute(m)
}

// leavesOf are the leaves of a program's paths, nil where no value is used. The search is
// laid out by then, so that a member which Locate adds is nowhere.
func leavesOf(p *query.Program, sources []*value.Document) []*value.Leaf {
	leaves := make([]*value.Leaf, len(p.Paths))
	for i, path := range p.Paths {
		s := sources[path.Document]
		leaves[i] = s.LeafAt[s.Locate(path.Steps)]
	}
	return leaves
}

// follow makes the lists of nodes those of the single nodes that a cheat chose.
func follow(c *search.Container) {
	if c.Group == nil {
		c.Nodes = []*document.Node{c.Node}
	}
	for _, m := range c.Members {
		if m.Group == nil {
			m.Nodes = []*document.Node{m.Node}
		}
		if m.Child != nil {
			follow(m.Child)
		}
	}
}

// set commits other bits.
func (a *attack) set(v bool, refs ...ref) {
	for _, r := range refs {
		if r < 0 || int(r) >= a.gf.Bits {
			panic("not a committed bit")
		}
		a.plan.secrets.GF[r] = machine.BitElem(v)
	}
}

// get reads a committed bit.
func (a *attack) get(r ref) bool { return a.plan.secrets.GF[r] == one }

// memberAt finds what a path of names leads to in a source.
func memberAt(s *value.Document, names ...string) *search.Member {
	c := s.Root
	var found *search.Member
	for _, name := range names {
		found = nil
		for _, e := range c.Members {
			if e.Name == name {
				found = e
			}
		}
		if found == nil {
			panic("no such member: " + name)
		}
		c = found.Child
	}
	return found
}

// LeafAt is the leaf of a member.
func (a *attack) leafAt(names ...string) *value.Leaf {
	return a.sources[0].LeafAt[memberAt(a.sources[0], names...)]
}

// relate is plan.relate, except that it goes on when a product that must not be
// zero is.
func (a *attack) relate(t *transcript.Transcript) ([]byte, *libzk.Relations, error) {
	published, r, err := a.plan.relate(t, nil, true)
	if !errors.Is(err, libzk.ErrChallenge) {
		return published, r, err
	}
	w := &machine.Wiring{Relation: a.gf.NewRelation(), Bits: a.gf.Bits, Symbols: a.gf.Symbols, Proving: true}
	w.Space = w.Relation.Space
	again := transcript.New([]byte("zero"))
	a.draw(w, again)
	a.attach(w)
	if _, err := a.plan.run(&machine.Machine{Copies: make([]int, circuits.Dots+len(a.st.Documents)), W: w, Uses: a.shapeOf}, nil); err != nil {
		return nil, nil, err
	}
	t.WriteBytes(w.Published)
	return w.Published, &libzk.Relations{GF: w.Relation, P: a.relateSignatures()}, nil
}

// check evaluates everything on the attacker's witness. It returns the label of
// what does not hold, "" if everything does.
func (a *attack) check(t testing.TB) string {
	t.Helper()
	_, r, err := a.plan.relate(transcript.New([]byte("attack")), nil, true)
	switch {
	case errors.Is(err, libzk.ErrChallenge):
		return zeroProduct
	case err != nil:
		t.Fatal(err)
	}
	errs := []error{a.gf.Check(r.GF, a.plan.secrets.GF)}
	if r.P != nil {
		errs = append(errs, a.p.Check(r.P, a.plan.secrets.P))
	}
	for _, err := range errs {
		var v *circuit.Violation
		if errors.As(err, &v) {
			return v.Label
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return ""
}

// zeroProduct stands for a published product that must not be zero and is.
const zeroProduct = machinetest.ZeroProduct

// prove makes a proof of the attacker's witness and lets Verify judge it.
func (a *attack) prove(t testing.TB) error {
	t.Helper()
	proof, err := a.system.ProveUnchecked(a.st.encode(), a.plan.secrets, rand.Reader, a.relate)
	if err != nil {
		t.Fatal(err)
	}
	return Verify(a.f.st, proof)
}

// refused requires the witness to break the labelled condition, and the proof to
// be refused if the test asks for one.
func (a *attack) refused(t testing.TB, label string, prove bool) {
	t.Helper()
	if got := a.check(t); got != label {
		t.Errorf("violation %q, want %q", got, label)
	}
	if !prove {
		return
	}
	if err := a.prove(t); !errors.Is(err, ErrProof) {
		t.Errorf("proof of a false statement: %v", err)
	}
}

// claim is the fixture with another public output.
func (f *fixture) claim(output string) *fixture {
	st := *f.st
	st.Output = []byte(output)
	return &fixture{&st, f.secrets}
}

// signedDigest is the digest that the issuer of a fixture's document signed.
func signedDigest(f *fixture) [32]byte {
	s := newSource(&f.st.Documents[0])
	s.Text = []byte(f.secrets[0].Payload)
	return s.TextDigest()
}
