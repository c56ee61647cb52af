package zkvm

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/affine"
	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/signature"
)

// Prover and verifier lay a statement out each by itself, so what they lay out may
// depend on the statement alone: not on the order of a map, the time or the number
// of processors. Each program is laid out several times, and all must be the same.

// layouts is how often each statement is laid out.
const layouts = 4

// branchPrograms assign several locals in both branches, booleans among them,
// which merging commits.
var branchPrograms = []string{
	`[{"if":{"condition":{"dvar":"c"},"then":[{"assign":{"x":{"==":[{"dvar":"a"},1]}}},{"assign":{"y":{"==":[{"dvar":"a"},2]}}}],` +
		`"else":[{"assign":{"x":{"==":[{"dvar":"a"},4]}}},{"assign":{"y":{"==":[{"dvar":"a"},5]}}}]}},` +
		`{"output":{"r":{"and":[{"lvar":"x"},{"not":{"lvar":"y"}}]}}}]`,
	`[{"if":{"condition":{"dvar":"c"},"then":[{"assign":{"p":{">":[{"dvar":"a"},0]}}},{"assign":{"q":{"exists":"b"}}},{"assign":{"s":"t"}},{"assign":{"t":{"dvar":"c"}}}],` +
		`"else":[{"assign":{"t":{"exists":"z"}}},{"assign":{"s":"u"}},{"assign":{"q":{"<":[{"dvar":"a"},7]}}},{"assign":{"p":{"dvar":"c"}}}]}},` +
		`{"output":{"r":{"or":[{"lvar":"p"},{"lvar":"q"},{"lvar":"t"},{"==":[{"lvar":"s"},"t"]}]}}}]`,
	`[{"if":{"condition":{"dvar":"c"},"then":[{"if":{"condition":{"exists":"a"},"then":[{"assign":{"x":true}},{"assign":{"y":{"dvar":"c"}}}],"else":[{"assign":{"x":{"dvar":"c"}}},{"assign":{"y":false}}]}}],` +
		`"else":[{"assign":{"y":{"exists":"c"}}},{"assign":{"x":{"exists":"d"}}}]}},{"output":{"r":{"==":[{"lvar":"x"},{"lvar":"y"}]}}}]`,
}

func TestLayoutOfBranches(t *testing.T) {
	for i, text := range branchPrograms {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			p, err := query.Compile([]byte(text), []string{""}, query.WithFormat("", query.JWT))
			if err != nil {
				t.Fatal(err)
			}
			s, err := newSubject(t, p, map[string][]byte{"": []byte(`{"c":true,"a":1}`)}, testNow)
			if err != nil {
				t.Fatal(err)
			}
			output, err := s.evaluate()
			if err != nil {
				t.Fatal(err)
			}
			// The order of a map of two is the same by chance half of the time.
			for range 4 {
				sameLayout(t, s.with(output), s.secrets)
				if err := s.check(output, seeded(1), unsigned); err != nil {
					t.Errorf("an honest witness: %v", err)
				}
			}
		})
	}
}

// TestLayoutOfCases lays out cases of the query language that can be proven: one
// in four, or with ZKPASS_LONG all.
func TestLayoutOfCases(t *testing.T) {
	laid := 0
	for i, c := range readLanguageCases(t) {
		if c.Expect.Output == nil || i%4 != 0 && os.Getenv(longRuns) == "" {
			continue
		}
		p, payloads, err := c.compile(t)
		if err != nil {
			t.Fatal(err)
		}
		s, err := newSubject(t, p, payloads, c.Time(t).Unix())
		if err != nil {
			t.Fatal(err)
		}
		t.Run(c.Name, func(t *testing.T) {
			if sameLayout(t, s.with([]byte(*c.Expect.Output)), s.secrets) {
				laid++
			}
		})
	}
	if laid == 0 {
		t.Error("no case was laid out")
	}
}

// TestLayoutOfRandomPrograms draws programs with nested branches and arrays.
func TestLayoutOfRandomPrograms(t *testing.T) {
	laid := 0
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 2))
		docs := drawDocuments(r)
		s, err := subjectOf(t, docs, newAuthor(r, docs).program())
		if err != nil {
			continue // does not compile
		}
		output, err := s.evaluate()
		if err == nil && sameLayout(t, s.with(output), s.secrets) {
			laid++
		}
	}
	t.Logf("%d programs laid out", laid)
	if laid < 10 {
		t.Errorf("%d programs laid out, want 10 or more", laid)
	}
}

// sameLayout lays a statement out several times, as prover and as verifier, on
// different numbers of processors, and reports whether it can be proven at all.
func sameLayout(t *testing.T, st *Statement, secrets []Secret) bool {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var witness, relations [32]byte
	for i := range layouts {
		runtime.GOMAXPROCS(1 + i%2)
		w, err := digestOfWitness(st, secrets)
		if errors.Is(err, ErrUnsupported) || errors.Is(err, document.ErrMalformed) {
			return false
		}
		if err != nil {
			t.Fatal(err)
		}
		r, err := digestOfRelations(st)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			witness, relations = w, r
		}
		if w != witness {
			t.Fatal("the secrets of one statement are laid out in two orders")
		}
		if r != relations {
			t.Fatal("one statement has two relations")
		}
	}
	return true
}

// digestOfWitness is of everything that the filling pass makes with masks from
// one source. The signature's own inverses and points follow from it.
func digestOfWitness(st *Statement, secrets []Secret) (sum [32]byte, err error) {
	p, err := newPlan(st, secrets, seeded(3))
	if err != nil {
		return sum, err
	}
	h := sha256.New()
	for _, e := range p.secrets.GF {
		h.Write(field.Append(nil, e))
	}
	for _, e := range p.secrets.P {
		h.Write(signature.Field.Append(nil, e))
	}
	return [32]byte(h.Sum(nil)), nil
}

// digestOfRelations is of what the wiring pass of a verifier makes of published
// bytes and challenges that are drawn once for all: the shape, and each form by
// its value at one witness.
func digestOfRelations(st *Statement) (sum [32]byte, err error) {
	p, err := newPlan(st, nil, nil)
	if err != nil {
		return sum, err
	}
	random := seeded(5)
	published := make([]byte, p.published)
	if _, err := io.ReadFull(random, published); err != nil {
		return sum, err
	}
	w := &machine.Wiring{Relation: p.gf.NewRelation(), Bits: p.gf.Bits, Symbols: p.gf.Symbols, Published: published}
	w.Space = w.Relation.Space
	tr := transcript.New([]byte("layout"))
	p.draw(w, tr)
	if _, err := p.run(&machine.Machine{Copies: make([]int, circuits.Dots+len(st.Documents)), W: w, Uses: p.shapeOf}, nil); err != nil {
		return sum, err
	}
	h := sha256.New()
	number := func(n int) { h.Write(binary.LittleEndian.AppendUint64(nil, uint64(n))) }
	for _, n := range []int{p.gf.Bits, p.gf.Symbols, p.gf.Full, p.gf.Rows, len(p.gf.Uses), p.published, p.risk, p.chunk, p.p.Full, p.p.Rows} {
		number(n)
	}
	digestForms(h, p, w.Relation, random)
	return [32]byte(h.Sum(nil)), nil
}

func digestForms(h io.Writer, p *plan, r *libzk.Relation[elem], random io.Reader) {
	at := make([]elem, r.Space.WitnessLen())
	for i := range at {
		at[i], _ = field.Sample(random)
	}
	v := r.Space.Evaluate(at)
	form := func(a affine.Ref) { h.Write(field.Append(nil, v.At(a))) }
	for i, u := range p.gf.Uses {
		fmt.Fprintln(h, u.Circuit.Name, u.Copies)
		for _, a := range r.Inputs[i] {
			form(a)
		}
	}
	for _, row := range r.Rows {
		form(row.A)
		form(row.B)
		form(row.C)
	}
	for _, l := range r.Linear {
		form(l.Ref)
	}
}
