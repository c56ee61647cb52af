package zkvm

import (
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

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
				leaves:  func(ls []*value.Leaf) { ls[0].Items[0].IsString.V = true },
				secrets: func(a *attack) { a.set(true, a.leaves[0].Items[0].IsString.R) },
			})
			a.refused(t, "string of an element", c.name == "escape")
		})
	}
}
