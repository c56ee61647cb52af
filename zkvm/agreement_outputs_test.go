package zkvm

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
)

// maxOutput bounds the text of outputs in bytes: no output that is accepted has as much.
const maxOutput = 1 << 20

// outputMember is one member of an output object: its name and its value's JSON text.
type outputMember struct{ name, value string }

func outputText(members []outputMember) []byte {
	b := []byte{'{'}
	for i, m := range members {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(document.AppendString(b, m.name), ':')
		b = append(b, m.value...)
	}
	return append(b, '}')
}

func outputMembers(t testing.TB, text []byte) []outputMember {
	t.Helper()
	doc, err := document.ParseValue(text, maxOutput, 3)
	if err != nil {
		t.Fatalf("output %s: %v", text, err)
	}
	var members []outputMember
	for _, m := range doc.Root.Members {
		members = append(members, outputMember{m.Name, string(doc.Raw(m.Value))})
	}
	return members
}

// mutations are outputs near to the given one, but none that equals it.
func mutations(t testing.TB, p *query.Program, text []byte) [][]byte {
	t.Helper()
	have := outputMembers(t, text)
	var out [][]byte
	add := func(members []outputMember) {
		if m := outputText(members); !slices.Equal(m, text) {
			out = append(out, m)
		}
	}
	for i, m := range have {
		for _, v := range otherValues(m.value) {
			changed := slices.Clone(have)
			changed[i].value = v
			add(changed)
		}
		add(slices.Delete(slices.Clone(have), i, i+1))
		if i > 0 {
			swapped := slices.Clone(have)
			swapped[i-1], swapped[i] = swapped[i], swapped[i-1]
			add(swapped)
		}
	}
	for _, name := range p.Outputs {
		if slices.ContainsFunc(have, func(m outputMember) bool { return m.name == name }) {
			continue
		}
		for i, v := range []string{"true", "false", "0", `""`} {
			at := i * len(have) / 3
			add(slices.Insert(slices.Clone(have), at, outputMember{name, v}))
		}
	}
	return out
}

// otherValues are values that differ from the given one in value or type.
func otherValues(text string) []string {
	switch {
	case text == "true":
		return []string{"false", "1", `"true"`}
	case text == "false":
		return []string{"true", "0", `"false"`}
	case text[0] == '"':
		out := []string{`"x` + text[1:], "true", "0"}
		if n := len(text); n > 2 && text[n-2] < 0x80 && text[n-2] != '\\' && text[n-2] != '"' {
			// the last character off, unless it may be part of an escape or of UTF-8
			if cut := text[:n-2] + `"`; validOutput(cut) {
				out = append(out, cut)
			}
		}
		return out
	case text[0] == '[':
		return otherArrays(text)
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil
	}
	return []string{strconv.FormatInt(v+1, 10), strconv.FormatInt(-v-1, 10), strconv.FormatInt(v^-1<<63, 10), `"` + text + `"`, "false"}
}

// otherArrays are arrays with an element more or less, or another or in another
// place, and what is no array.
func otherArrays(text string) (out []string) {
	doc, err := document.ParseValue([]byte(text), maxOutput, 2)
	if err != nil {
		panic(err)
	}
	var list []string
	for _, e := range doc.Root.Elems {
		list = append(list, string(doc.Raw(e)))
	}
	add := func(list []string) { out = append(out, "["+strings.Join(list, ",")+"]") }
	for i, e := range list {
		add(slices.Delete(slices.Clone(list), i, i+1))
		for _, v := range otherValues(e) {
			add(append(append(slices.Clone(list[:i]), v), list[i+1:]...))
		}
		if i > 0 && list[i-1] != e {
			swapped := slices.Clone(list)
			swapped[i-1], swapped[i] = e, list[i-1]
			add(swapped)
		}
	}
	if len(list) > 0 {
		add(append(slices.Clone(list), list[0]))
		return append(out, list[0])
	}
	return append(out, `[0]`, `[""]`, `[true]`, `0`)
}

func validOutput(value string) bool {
	_, err := document.ParseValue([]byte(value), maxOutput, 1)
	return err == nil
}

// candidates are outputs that a prover might hope for where there is none.
func candidates(s *subject, most int) [][]byte {
	values := []string{"true", "false"}
	note := func(v string) {
		if !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	for _, path := range s.program.Paths {
		doc := s.docs[path.Tag]
		for n := range selected(doc.Root, path.Steps) {
			switch n.Kind {
			case document.String:
				text, _ := doc.Text(n)
				note(string(document.AppendString(nil, text)))
			case document.Number:
				if v, err := doc.Int(n); err == nil {
					note(strconv.FormatInt(v, 10))
				}
			}
		}
	}
	note("0")
	note(`""`)
	out := [][]byte{[]byte("{}")}
	for i, v := range values {
		for k, name := range s.program.Outputs {
			out = append(out, outputText([]outputMember{{name, v}}))
			if (i+k)%3 == 0 {
				out = append(out, outputText([]outputMember{{name, "[" + v + "]"}}))
			}
		}
		if len(s.program.Outputs) > 1 {
			var all []outputMember
			for _, name := range s.program.Outputs {
				all = append(all, outputMember{name, v})
			}
			out = append(out, outputText(all))
		}
	}
	return out[:min(most, len(out))]
}

// selected are all nodes that steps may lead to, and those that their filter looks
// at, with no regard to duplicates.
func selected(n *document.Node, steps []query.Step) func(func(*document.Node) bool) {
	return func(yield func(*document.Node) bool) {
		var walk func(n *document.Node, steps []query.Step) bool
		walk = func(n *document.Node, steps []query.Step) bool {
			if len(steps) == 0 {
				return yield(n)
			}
			for _, m := range n.Members {
				if steps[0].Kind == query.Member && m.Name == steps[0].Name && !walk(m.Value, steps[1:]) {
					return false
				}
			}
			for i, e := range n.Elems {
				switch {
				case steps[0].Kind == query.Index && steps[0].Index != i, steps[0].Kind == query.Member:
					continue
				}
				if f := steps[0].Filter; f.Kind != query.KeepAll {
					for _, m := range e.Members {
						if m.Name == f.Name && !yield(m.Value) {
							return false
						}
					}
				}
				if !walk(e, steps[1:]) {
					return false
				}
			}
			return true
		}
		walk(n, steps)
	}
}
