package zkvm

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
)

// subject is a query over signed documents: a statement that lacks its output.
type subject struct {
	program *query.Program
	docs    map[string]*document.Document
	st      Statement
	secrets []Secret
}

// newSubject signs the payloads of a program's documents, which must be well
// formed.
func newSubject(t testing.TB, p *query.Program, payloads map[string][]byte, now int64) (*subject, error) {
	t.Helper()
	s := &subject{program: p, docs: map[string]*document.Document{}, st: Statement{Program: p, Time: now}}
	for _, source := range p.Documents {
		payload := payloads[source.Tag]
		d, secret := sign(t, testKey, string(payload))
		doc, err := document.Parse(payload)
		if err != nil {
			return nil, err
		}
		d.Tag = source.Tag
		if d.Class, err = ClassFor(len(payload), openContainers(doc.Root)); err != nil {
			return nil, err
		}
		d.Class.Escapes, d.Class.Names = readsEscape(p, source.Tag, doc), readsNames(p, source.Tag, doc)
		s.docs[source.Tag] = doc
		s.st.Documents = append(s.st.Documents, d)
		s.secrets = append(s.secrets, secret)
	}
	return s, nil
}

func openContainers(n *document.Node) int {
	deepest := 0
	for _, m := range n.Members {
		deepest = max(deepest, openContainers(m.Value))
	}
	for _, e := range n.Elems {
		deepest = max(deepest, openContainers(e))
	}
	if n.Kind == document.Object || n.Kind == document.Array {
		deepest++
	}
	return deepest
}

// evaluate runs the reference evaluator.
func (s *subject) evaluate() ([]byte, error) {
	out, err := s.program.Eval(s.docs, time.Unix(s.st.Time, 0))
	return out.JSON, err
}

// with is the statement with an output.
func (s *subject) with(output []byte) *Statement {
	st := s.st
	st.Output = output
	return &st
}

// scope is how much of the circuits a check runs.
type scope int

const (
	everything scope = iota // both fields, all circuits
	unsigned                // all but the hash and the signature, which no output changes
)

// errStuck means that an honest prover would draw challenges for ever.
var errStuck = errors.New("prover never finishes")

// check runs the circuits on the honest witness of the statement with the given
// output. It returns a *circuit.Violation, or why no witness can be laid out. A
// panic is an error too.
func (s *subject) check(output []byte, random io.Reader, what scope) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	p, err := newPlan(s.with(output), s.secrets, random)
	if err != nil {
		return err
	}
	_, r, err := p.relate(transcript.New([]byte("agreement")), nil, true)
	if errors.Is(err, libzk.ErrChallenge) {
		return errStuck
	}
	if err != nil {
		return err
	}
	if what == everything {
		if err := p.gf.Check(r.GF, p.secrets.GF); err != nil {
			return err
		}
		return p.p.Check(r.P, p.secrets.P)
	}
	v := valuesOf(r.GF, p.secrets.GF)
	for i, u := range p.gf.Uses {
		if i == p.shapeOf[circuits.SHA256] {
			continue
		}
		if _, err := u.Circuit.Evaluate(wiresOf(v, r.GF.Inputs[i], u), u.Copies); err != nil {
			return err
		}
	}
	for i, w := range r.GF.Rows {
		if field.Mul(v.At(w.A), v.At(w.B)) != v.At(w.C) {
			return &circuit.Violation{Circuit: "rows", Label: "row", Copy: i}
		}
	}
	for i, l := range r.GF.Linear {
		if v.At(l.Ref) != (elem{}) {
			return &circuit.Violation{Circuit: "linear", Label: "form", Copy: i}
		}
	}
	return nil
}

// refused reports whether an error of check is the right way to fail: a violation
// that names what does not hold, or an output that the program cannot have.
func refused(err error) bool {
	var v *circuit.Violation
	return errors.As(err, &v) || errors.Is(err, errOutput)
}

// readsNames reports whether a path looks into an object that has a name with an
// escape: then the class must allow them.
func readsNames(p *query.Program, tag string, doc *document.Document) bool {
	return slices.ContainsFunc(p.Paths, func(path query.Path) bool {
		if path.Tag != tag {
			return false
		}
		for k, step := range path.Steps {
			if step.Kind != query.Member && step.Filter.Kind == query.KeepAll {
				continue
			}
			into := path.Steps[:k] // the object that has the member, or the filtered array
			for n := range selected(doc.Root, into) {
				objects := []*document.Node{n}
				if step.Kind == query.Each {
					objects = n.Elems
				}
				for _, o := range objects {
					if slices.ContainsFunc(o.Members, func(m document.Member) bool { return m.Escaped }) {
						return true
					}
				}
			}
		}
		return false
	})
}

// readsEscape reports whether a path leads to a string that is written with an
// escape: then the class must allow escapes.
func readsEscape(p *query.Program, tag string, doc *document.Document) bool {
	return slices.ContainsFunc(p.Paths, func(path query.Path) bool { return path.Tag == tag && reads(&path, doc) })
}

// reads reports whether a path's value, or its filter's, is a string with an escape.
func reads(path *query.Path, doc *document.Document) bool {
	for n := range selected(doc.Root, path.Steps) {
		if n.Kind == document.String && n.Escaped {
			return true
		}
	}
	return false
}

// seeded is a source of randomness for masks. A proof would need crypto/rand.
func seeded(seed uint64) io.Reader {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
	}
	return rand.NewChaCha8(key)
}
