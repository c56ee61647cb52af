package zkvm

import (
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/query"
)

// TestDecodedElementsRisk holds what decoding adds to a statement's error to the
// figures of docs/soundness.md: 6n for a leaf, 2n more with folding. In return, each
// element has one condition less.
func TestDecodedElementsRisk(t *testing.T) {
	for _, c := range []struct {
		query         string
		leaves, folds int
	}{
		{grouped("==", `"x"`), 1, 0},
		{grouped("~==", `"x"`), 1, 1},
		{boolean(`{"~==":[{"dvar":"a[?k == 'x'].n"},"x"]}`), 2, 1},
		{boolean(`{"<":[{"dvar":"a[]"},4]}`), 0, 0},
	} {
		own := func(escapes bool) (risks, n int) {
			q := ask(t, c.query, `{"a":[]}`)
			q.st.Documents[0].Class.Escapes = escapes
			p, err := q.plan(`{"r":true}`)
			if err != nil {
				t.Fatal(err)
			}
			m := &machine{copies: make([]int, useDots+1)}
			if _, err := p.run(m, nil); err != nil {
				t.Fatal(err)
			}
			return m.risks, p.newSource(0).size()
		}
		with, n := own(true)
		without, _ := own(false)
		want := c.leaves*(6*n-query.MaxElements) + c.folds*2*n
		if got := with - without; got != want {
			t.Errorf("%s: decoding adds %d units, want %d", c.query, got, want)
		}
	}
}

// TestLine07StringsOfElementsThatMayNotBeUsed takes strings for usable ones that are
// not: with an escape in a class without, or of 257 bytes in any.
func TestLine07StringsOfElementsThatMayNotBeUsed(t *testing.T) {
	query := grouped("!=", `"A"`)
	long := strings.Repeat("a", 257)
	for _, c := range []struct {
		name, payload string
		escapes       bool
		output        string // of the evaluator
	}{
		{"escape", `{"a":["\u0041"]}`, false, `{"r":false}`},
		{"257 bytes", `{"a":["` + long + `"]}`, false, ""},
		{"257 bytes, escapes", `{"a":["` + long[1:] + `\u0061"]}`, true, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := ask(t, query, c.payload)
			if string(q.output) != c.output {
				t.Fatalf("output %s", q.output)
			}
			q.st.Documents[0].Class.Escapes = c.escapes
			a := newAttack(t, q.claim(`{"r":true}`), cheat{
				leaves:  func(ls []*leaf) { ls[0].items[0].isString.v = true },
				secrets: func(a *attack) { a.set(true, a.leaves[0].items[0].isString.r) },
			})
			a.refused(t, "string of an element", c.name == "escape")
		})
	}
}
