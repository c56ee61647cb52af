package zkvm

import (
	"testing"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// TestLine33Exists claims that a member is not there that is, or is there that is
// not, by overlooking a name or a container, or by taking another value for it.
func TestLine33Exists(t *testing.T) {
	overlook := func(names ...string) cheat {
		return cheat{resolved: func(s []*value.Document) { memberAt(s[0], names...).Node = nil }}
	}
	unfit := func(names ...string) cheat {
		return cheat{resolved: func(s []*value.Document) { e := memberAt(s[0], names...); e.Node, e.Sane = nil, false }}
	}
	for _, test := range []struct {
		text, wanted, held string
		c                  cheat
		label              string
		prove              bool
	}{
		{`{"exists":"a"}`, `{"b":1}`, `{"a":1}`, overlook("a"), zeroProduct, true},
		{`{"exists":"a"}`, `{"b":1}`, `{"a":1}`, unfit("a"), "names on the way of exists", true},
		{`{"exists":"a"}`, `{"b":1}`, `{"a":1,"a":2}`, unfit("a"), "names on the way of exists", false},
		{`{"exists":"a.b"}`, `{"a":{}}`, `{"a":{"b":1}}`, overlook("a", "b"), zeroProduct, true},
		{`{"exists":"a.b"}`, `{"a":{}}`, `{"a":{"b":1}}`, unfit("a", "b"), "names on the way of exists", false},
		{`{"exists":"a.b"}`, `{"a":{}}`, `{"a":{"b":1}}`, cheat{resolved: func(s []*value.Document) {
			a := memberAt(s[0], "a") // the step stops early
			a.Node, a.Child.Node, memberAt(s[0], "a", "b").Node = nil, nil, nil
		}}, zeroProduct, true},
		{`{"exists":"a.b"}`, `{"a":{}}`, `{"a":{"b":1}}`, cheat{resolved: func(s []*value.Document) {
			memberAt(s[0], "a").In.Sane = false // a container is called unfit
			e := memberAt(s[0], "a", "b")
			e.Node, e.Sane = nil, false
		}}, "names on the way of exists", false},
		{`{"exists":"a"}`, `{"a":1}`, `{"a":null}`, cheat{secrets: func(a *attack) {
			a.set(false, a.saysNull(t))
		}}, zeroProduct, true},
		{`{"exists":"a"}`, `{"b":1}`, `{"a":1}`, cheat{secrets: func(a *attack) { a.set(true, a.saysNull(t)) }}, "null", true},
		{`{"exists":"a"}`, `{"a":1}`, `{"b":1}`, cheat{resolved: func(s []*value.Document) {
			memberAt(s[0], "a").Node = &document.Node{Kind: document.Number, Start: 5, End: 6}
		}}, "output equals the public value", false},
	} {
		f := forged(t, test.text, test.wanted, test.held)
		newAttack(t, f, test.c).refused(t, test.label, test.prove)
	}
}

// saysNull is the bit that tells whether the value of member a is null.
func (a *attack) saysNull(t *testing.T) ref {
	t.Helper()
	null := memberAt(a.sources[0], "a").Null
	if null == nil {
		t.Fatal("no zero test was laid out")
	}
	return null.R
}
