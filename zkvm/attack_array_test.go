package zkvm

import (
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/zkvm/internal/search"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// TestLine12Arrays takes elements that are none, leaves some out, counts them twice
// or in another order, or reads a member of another element.
func TestLine12Arrays(t *testing.T) {
	ones := func(n int) string { return strings.TrimSuffix(strings.Repeat("1,", n), ",") }
	place := func(s []*value.Document, names ...string) *search.Member {
		return memberAt(s[0], names...).Child.Each.Place
	}
	inner := func(s []*value.Document, name string) *search.Member {
		for _, m := range place(s, "a").Child.Members {
			if m.Name == name {
				return m
			}
		}
		panic("no such member: " + name)
	}
	root := func(s []*value.Document, name string) *document.Node {
		m, err := s[0].Doc.Root.Find(name)
		if err != nil || m == nil {
			panic("no such member: " + name)
		}
		return m.Value
	}
	const overMember = `{"==":[{"dvar":"a[]"},{"dvar":"n"}]}` // beside a literal the array would be a long one
	const marked = `,"_a_zkpass_public_":true}`
	for _, c := range []struct {
		name, query, wanted, held string
		lie                       func([]*value.Document)
		label                     string
	}{
		{"another element", `{"==":[{"dvar":"a[0]"},2]}`, `{"a":[2,1]}`, `{"a":[1,2]}`,
			func(s []*value.Document) { memberAt(s[0], "a").Child.Elements[0].Node = root(s, "a").Elems[1] }, zeroProduct},
		{"an element of another array", `{"==":[{"dvar":"a[0]"},2]}`, `{"a":[2]}`, `{"b":[2],"a":[1]}`,
			func(s []*value.Document) { memberAt(s[0], "a").Child.Elements[0].Node = root(s, "b").Elems[0] }, zeroProduct},
		{"a member as an element", `{"==":[{"dvar":"a[0]"},2]}`, `{"a":[2]}`, `{"a":{"b":2}}`,
			func(s []*value.Document) { memberAt(s[0], "a").Child.Elements[0].Node = root(s, "a").Members[0].Value }, zeroProduct},
		{"another array", overMember, `{"n":1,"a":[1]}`, `{"n":1,"a":[2],"b":[1]}`,
			func(s []*value.Document) {
				b := root(s, "b")
				memberAt(s[0], "a").Node = b
				place(s, "a").Nodes = b.Elems
			}, zeroProduct},
		{"an element left out", overMember, `{"n":1,"a":[1]}`, `{"n":1,"a":[1,2]}`,
			func(s []*value.Document) { place(s, "a").Nodes = root(s, "a").Elems[:1] }, "next region"},
		{"the first element left out", overMember, `{"n":1,"a":[1]}`, `{"n":1,"a":[2,1]}`,
			func(s []*value.Document) { place(s, "a").Nodes = root(s, "a").Elems[1:] }, "next region"},
		{"no element", overMember, `{"n":1,"a":[]}`, `{"n":1,"a":[2]}`,
			func(s []*value.Document) { place(s, "a").Nodes = nil }, "next region"},
		{"one element more than the limit", overMember, `{"n":1,"a":[` + ones(32) + `]}`, `{"n":1,"a":[` + ones(33) + `]}`,
			func(s []*value.Document) { place(s, "a").Nodes = root(s, "a").Elems[:32] }, "next region"},
		{"more than the limit", overMember, `{"n":1,"a":[` + ones(32) + `]}`, `{"n":1,"a":[` + ones(33) + `]}`, nil, "array"},
		{"another order", `{"dvar":"a[]"}`, `{"a":[1,2]` + marked, `{"a":[2,1]` + marked,
			func(s []*value.Document) {
				e := root(s, "a").Elems
				place(s, "a").Nodes = []*document.Node{e[1], e[0]}
			}, "kind number"},
		{"an element twice", `{"dvar":"a[]"}`, `{"a":[1,1]` + marked, `{"a":[1,2]` + marked,
			func(s []*value.Document) {
				e := root(s, "a").Elems
				place(s, "a").Nodes = []*document.Node{e[0], e[0]}
			}, "next region"},
		{"a flag overlooked", `{"==":[{"count":"a[?f]"},0]}`, `{"a":[{}]}`, `{"a":[{"f":true}]}`,
			func(s []*value.Document) { inner(s, "f").Nodes = []*document.Node{nil} }, "first name in a group"},
		{"a flag of another element", `{"==":[{"dvar":"a[?f].n"},1]}`, `{"a":[{"n":1,"f":true}]}`, `{"a":[{"n":1},{"n":2,"f":true}]}`,
			func(s []*value.Document) {
				n := inner(s, "f").Nodes
				inner(s, "f").Nodes = []*document.Node{n[1], nil}
			}, "first name in a group"},
		{"a second member of a name", `{"==":[{"dvar":"a[].n"},1]}`, `{"a":[{"n":1}]}`, `{"a":[{"n":2,"n":1}]}`,
			func(s []*value.Document) { inner(s, "n").Nodes[0] = root(s, "a").Elems[0].Members[1].Value }, "first name in a group"},
		{"a member of an inner object", `{"==":[{"dvar":"a[].n"},1]}`, `{"a":[{"n":1}]}`, `{"a":[{"b":{"n":1}}]}`,
			func(s []*value.Document) {
				inner(s, "n").Nodes[0] = root(s, "a").Elems[0].Members[0].Value.Members[0].Value
			}, "value in a group"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := forged(t, boolean(c.query), c.wanted, c.held)
			newAttack(t, f, cheat{resolved: c.lie}).refused(t, c.label, c.name == "an element left out" || c.label == zeroProduct)
		})
	}
}
