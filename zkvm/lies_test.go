package zkvm

import (
	"bufio"
	"crypto/rand"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// Lies with consequences: the prover commits one flag of the program with the
// other value and computes all that follows from the lie, so that a single row
// stands between it and another output. A flag that is flipped afterwards breaks
// the row behind it too, and would hide that its own is missing.

const liesPayload = `{"a":5,"b":7,"s":"x","t":"y","u":"X","c":true,"d":false,"n":null,"l":[1,2],"k":["x","y"],"o":{"e":"x"},"day":"2000-10-31","p":[true,false]}`

// liesOver are expressions of every family of operators.
var liesOver = []string{
	`{"==":[{"dvar":"a"},5]}`, `{"!=":[{"dvar":"s"},"x"]}`, `{"<":[{"dvar":"a"},{"dvar":"b"}]}`, `{"<=":[{"dvar":"b"},{"dvar":"a"}]}`,
	`{">":[{"dvar":"a"},5]}`, `{">=":[6,{"dvar":"b"}]}`, `{"==":[{"dvar":"s"},{"dvar":"t"}]}`, `{"==":[{"dvar":"a"},{"dvar":"b"}]}`,
	`{"!=":[{"dvar":"c"},{"dvar":"d"}]}`, `{"~==":[{"dvar":"s"},{"dvar":"u"}]}`, `{"~!=":[{"dvar":"u"},"x"]}`,
	`{"in":[{"dvar":"s"},["x","z"]]}`, `{"in":[{"dvar":"a"},[1,2]]}`, `{"contains":[{"dvar":"s"},"x"]}`, `{"!contains":[{"dvar":"s"},{"dvar":"t"}]}`,
	`{"exists":"n"}`, `{"exists":"o.e"}`, `{"or":[{"dvar":"d"},{"==":[{"dvar":"a"},6]},{"dvar":"c"}]}`, `{"and":[{"dvar":"c"},{"not":{"dvar":"d"}}]}`,
	`{"==":[{"dvar":"l[]"},1,"or"]}`, `{"<":[{"dvar":"l[]"},{"dvar":"b"}]}`, `{"==":[{"dvar":"k[]"},{"dvar":"s"}]}`, `{"==":[{"count":"l[]"},2]}`,
	`{">":[{"get_age":[{"dvar":"day"},"YYYY-MM-DD"]},24]}`, `{"==":[{"dvar":"p[]"},{"dvar":"c"},"or"]}`, `{"==":[{"dvar":"c"},{"dvar":"d"}]}`,
	// of two types: there is no result
	`{"==":[{"dvar":"s"},{"dvar":"a"}]}`, `{"!=":[{"dvar":"c"},{"dvar":"s"}]}`, `{"!=":[{"dvar":"b"},{"dvar":"d"}]}`,
}

// liesUnder puts an expression under guards that are not public.
var liesUnder = []string{
	`[{"output":{"r":E}}]`,
	`[{"if":{"condition":{"dvar":"c"},"then":[{"output":{"r":E}}],"else":[{"output":{"r":{"not":E}}}]}}]`,
	`[{"if":{"condition":{"dvar":"d"},"then":[{"assign":{"v":{"dvar":"d"}}}],"else":[{"assign":{"v":E}}]}},{"output":{"r":{"and":[{"dvar":"c"},{"lvar":"v"}]}}}]`,
	`[{"assign":{"v":{"dvar":"c"}}},{"output":{"r":{"or":[{"not":{"lvar":"v"}},E]}}}]`,
}

// brokenAlone are rows that some lie breaks and no other: one line each that no
// test would miss otherwise.
var brokenAlone = []string{
	"less", "equal", "boolean", "string equality of members", "two strings", "two numbers", "two booleans", "equal strings", "equal numbers",
	"equal booleans", "local", "contains", "exists", "in", "number equality", "undecided", "kept element",
}

// TestLiesWithConsequences lies about each flag of each expression under one of
// the guards, or with ZKPASS_LONG under all.
func TestLiesWithConsequences(t *testing.T) {
	long := os.Getenv(longRuns) != ""
	alone := map[string]int{}
	lies := 0
	for i, e := range liesOver {
		for j, wrapper := range liesUnder {
			if !long && j != i%len(liesUnder) {
				continue
			}
			text := strings.ReplaceAll(wrapper, "E", e)
			q := ask(t, text, liesPayload)
			claim := `{"r":true}`
			if string(q.output) == claim {
				claim = `{"r":false}`
			}
			f := q.claim(claim)
			p, err := newPlan(f.st, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			for k := 0; ; k++ {
				labels, more := lieAbout(t, f, p, k)
				if !more {
					break
				}
				lies++
				switch len(labels) {
				case 0:
					t.Errorf("%s: a lie about flag %d gives %s", text, k, claim)
				case 1:
					alone[labels[0]]++
				}
			}
		}
	}
	t.Logf("%d lies; rows broken alone:", lies)
	for _, label := range slices.Sorted(maps.Keys(alone)) {
		t.Logf("%5d %s", alone[label], label)
	}
	for _, label := range brokenAlone {
		if alone[label] == 0 {
			t.Errorf("no lie breaks %q alone", label)
		}
	}
}

// lieAbout fills a statement in with the k-th flag of the program inverted, and
// returns the labels of what does not hold. more is false if there is no such flag.
func lieAbout(t *testing.T, f *fixture, laid *plan, k int) (labels []string, more bool) {
	t.Helper()
	copied := *laid
	a := &attack{plan: &copied, f: f}
	m := &machine.Machine{Copies: make([]int, circuits.Dots+len(f.st.Documents)), Fill: true, Random: bufio.NewReader(rand.Reader)}
	n := 0
	lie := func(v bool) bool {
		n++
		return v != (n-1 == k)
	}
	if _, err := a.walk(m, cheat{leaves: func([]*value.Leaf) { m.Lie = lie }}); err != nil {
		t.Fatal(err)
	}
	if n <= k {
		return nil, false
	}
	a.plan.secrets.GF = m.AppendSecrets(nil)
	_, r, err := a.plan.relate(transcript.New([]byte("lies")), nil, true)
	if errors.Is(err, libzk.ErrChallenge) {
		return []string{zeroProduct}, true
	}
	if err != nil {
		t.Fatal(err)
	}
	return a.violated(r.GF), true
}

// violated lists the labels of the rows and forms over GF(2^128) that do not hold,
// each once. The circuits that the program uses count as one.
func (a *attack) violated(r *libzk.Relation[elem]) []string {
	v := valuesOf(r, a.plan.secrets.GF)
	seen := map[string]bool{}
	for _, row := range r.Rows {
		if field.Mul(v.At(row.A), v.At(row.B)) != v.At(row.C) {
			seen[r.Label(row)] = true
		}
	}
	for _, l := range r.Linear {
		if v.At(l.Ref) != (elem{}) {
			seen["linear"] = true
		}
	}
	for i, u := range a.gf.Uses {
		if i == a.shapeOf[circuits.SHA256] || i == a.shapeOf[circuits.Base64URL] || i == a.shapeOf[circuits.JSON] {
			continue // no flag of the program is an input
		}
		_, err := u.Circuit.Evaluate(wiresOf(v, r.Inputs[i], u), u.Copies)
		var violation *circuit.Violation
		if errors.As(err, &violation) {
			seen[violation.Label] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}
