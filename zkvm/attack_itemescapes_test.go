package zkvm

import (
	"maps"
	"slices"
	"testing"

	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/zkvm/internal/json"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/text"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// itemRefs are the secrets of a leaf's decoded elements, by byte position.
type itemRefs struct {
	inside, skip, lag, present []ref // lag of byte 0 is no secret
	character                  []ref // the first of eight bits
	letter                     []ref // if it folds
}

// itemSecrets finds them for the statement's only leaf that is decoded.
func (a *attack) itemSecrets(t testing.TB) (v itemRefs) {
	t.Helper()
	_, r, err := a.relate(transcript.New([]byte("items")))
	if err != nil {
		t.Fatal(err)
	}
	w, n := newWired(r.GF), a.sources[0].Size()
	for i, row := range w.r.Rows {
		switch w.rowLabel(i) {
		case labelSilent:
			v.inside, v.skip = append(v.inside, row.A), append(v.skip, row.C)
		case labelPlace:
			v.lag = append(v.lag, row.B)
		}
	}
	if len(v.skip) != n || len(v.lag) != n-1 {
		t.Fatalf("%d and %d rows, want those of one leaf over %d bytes", len(v.skip), len(v.lag), n)
	}
	v.lag = append(v.lag, v.lag[n-2]+1) // no row asks what follows the last
	l := a.leaves[slices.IndexFunc(a.leaves, func(l *value.Leaf) bool { return l != nil && l.Items != nil && l.AsString })]
	step := 9
	if l.Folds {
		step = 10
	}
	for i := range n {
		at := v.skip[n-1] + 1 + ref(step*i)
		v.present, v.character = append(v.present, at), append(v.character, at+1)
		if l.Folds {
			v.letter = append(v.letter, at+9)
		}
	}
	return v
}

const (
	labelSilent  = "byte of an element's string that emits nothing"
	labelPlace   = "place of a byte of an element's string"
	labelOutside = "no character outside of an element's string"
	labelDecoded = "decoded characters of an element's string"
)

// silent is the position of a byte that emits nothing.
const silent = -1

// rewrite sends some bytes to other positions and commits all that follows: what a
// prover does who breaks the rules of positions and no others.
func (a *attack) rewrite(t testing.TB, v itemRefs, moves map[int]int) {
	t.Helper()
	s := a.plan.newSource(0)
	if err := openSource(s.Source, a.st.Documents[0].Class, a.f.secrets[0]); err != nil {
		t.Fatal(err)
	}
	n, secrets := s.Size(), a.plan.secrets.GF
	units := json.Unescape(s.Rows[:n])
	inside := make([]bool, n) // as the honest prover has it: what emits or is silent
	for i := range inside {
		inside[i] = a.get(v.inside[i])
		a.write(v, i, 0)
		secrets[v.present[i]] = elem{}
	}
	to := 0 // where the next character goes
	for i := range n {
		if i == 0 || !inside[i-1] {
			to = i
		}
		emits := units[i].Emits
		if at, ok := moves[i]; ok {
			if emits = at != silent; emits {
				to = at
			}
		}
		if i > 0 {
			step := text.UnitStep
			if to < i {
				step = field.Inv(step)
			}
			lag := one
			for range max(to-i, i-to) {
				lag = field.Mul(lag, step)
			}
			secrets[v.lag[i]] = field.Add(one, lag)
		}
		if !inside[i] {
			continue
		}
		secrets[v.skip[i]] = machine.BitElem(!emits)
		if emits {
			a.write(v, to, units[i].Byte)
			to++
		}
	}
}

// write commits a character.
func (a *attack) write(v itemRefs, at int, c byte) {
	a.plan.secrets.GF[v.present[at]] = one
	for b := range ref(8) {
		a.set(c>>b&1 == 1, v.character[at]+b)
	}
}

// TestLine07EscapesInElements reads the strings of an array's elements as something
// else than they are: each lie breaks one rule and no other.
func TestLine07EscapesInElements(t *testing.T) {
	//                     6789...  14  16
	const payload = `{"a":["x\u0042","yz"]}`
	moved := func(moves map[int]int) func(*attack, itemRefs) {
		return func(a *attack, v itemRefs) { a.rewrite(t, v, moves) }
	}
	equal := func(literal string) string {
		return `[{"assign":{"l":` + quoted(literal) + `}},{"output":{"r":{"==":[{"dvar":"a[]"},{"lvar":"l"},"or"]}}}]`
	}
	unequal := grouped("~!=", `"xb"`)
	for _, c := range []struct {
		name, query string
		texts       [2]string // what the elements are taken for
		lie         func(*attack, itemRefs)
		label       string
		prove       bool
	}{
		{"a character left out", equal("B"), [2]string{`"B"`, `"yz"`}, moved(map[int]int{7: silent}), labelSilent, true},
		{"a character that is none", equal("x\x00B"), [2]string{"\"x\x00B\"", `"yz"`}, moved(map[int]int{8: 8}), labelSilent, false},
		{"two characters exchanged", equal("Bx"), [2]string{`"Bx"`, `"yz"`}, moved(map[int]int{7: 8, 13: 7, 14: 9}), labelPlace, true},
		{"a character of another element", equal("yB"), [2]string{`"yB"`, `"xz"`}, moved(map[int]int{7: 17, 13: 8, 17: 7, 18: 18}), labelPlace, true},
		{"an element that starts in the one before", equal(`xB""yz`), [2]string{`"xB""yz"`, ""}, moved(map[int]int{16: 10}), labelPlace, true},
		{"a gap", equal("x\x00B"), [2]string{"\"x\x00B\"", `"yz"`}, moved(map[int]int{13: 9}), labelPlace, false},
		{"another character", equal("qB"), [2]string{`"qB"`, `"yz"`}, func(a *attack, v itemRefs) { a.write(v, 7, 'q') }, labelDecoded, true},
		{"a character missing", equal("x\x00"), [2]string{"\"x\x00\"", `"yz"`},
			func(a *attack, v itemRefs) { a.write(v, 8, 0); a.set(false, v.present[8]) }, labelDecoded, false},
		{"a character more", equal("xB!"), [2]string{`"xB!"`, `"yz"`},
			func(a *attack, v itemRefs) { a.write(v, 9, '!'); a.write(v, 10, '"') }, labelDecoded, false},
		{"a character of nothing", equal(`xB"`), [2]string{`"xB""`, `"yz"`},
			func(a *attack, v itemRefs) { a.write(v, 10, '"'); a.set(false, v.present[10]) }, labelOutside, true},
		{"a character between elements", equal("yz\"\x00"), [2]string{`"xB"`, "\"yz\"\x00\""},
			func(a *attack, v itemRefs) { a.write(v, 21, '"'); a.set(false, v.present[21]) }, labelOutside, false},
		{"a capital taken for none", unequal, [2]string{`"xB?"`, `"yz"`}, func(a *attack, v itemRefs) { a.set(false, v.letter[8]) }, labelDecoded, true},
		{"a letter of nothing", unequal, [2]string{`"xB?"`, `"yz"`}, func(a *attack, v itemRefs) { a.set(true, v.letter[12]) }, labelOutside, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := ask(t, c.query, payload)
			if string(q.output) != `{"r":false}` || !q.st.Documents[0].Class.Escapes {
				t.Fatalf("output %s, class %s", q.output, q.st.Documents[0].Class)
			}
			if label := newAttack(t, q.claim(`{"r":false}`), cheat{secrets: func(a *attack) {
				a.rewrite(t, a.itemSecrets(t), nil)
			}}).check(t); label != "" {
				t.Fatalf("what the honest prover commits violates %q", label)
			}
			a := newAttack(t, q.claim(`{"r":true}`), cheat{
				leaves: func(ls []*value.Leaf) {
					for k, text := range c.texts {
						ls[0].Items[k].Shown = &text
					}
				},
				secrets: func(a *attack) { c.lie(a, a.itemSecrets(t)) },
			})
			_, r, err := a.plan.relate(transcript.New([]byte("broken")), nil, true)
			if err != nil {
				t.Fatal(err)
			}
			if got := slices.Sorted(maps.Keys(newWired(r.GF).broken(a.plan.secrets.GF))); !slices.Equal(got, []string{c.label}) {
				t.Errorf("broken: %q, want %q alone", got, c.label)
			}
			a.refused(t, c.label, c.prove)
		})
	}
}
