package zkvm

import (
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// TestLine11AbsentAndNull needs members that are not there, or are null.
func TestLine11AbsentAndNull(t *testing.T) {
	const unequal = `{"!=":[{"dvar":"a"},"x"]}`
	for _, test := range []struct {
		text, wanted, held, label string
		c                         cheat
	}{
		{unequal, `{"a":"y"}`, `{"b":1}`, "kind string", cheat{secrets: func(a *attack) { a.claimString(a.leafAt("a"), 3) }}},
		{unequal, `{"a":"y"}`, `{"a":null}`, "kind string", cheat{secrets: func(a *attack) { a.claimString(a.leafAt("a"), 4) }}},
		{`{"not":{"dvar":"a"}}`, `{"a":false}`, `{"b":1}`, "usable value", cheat{secrets: func(a *attack) { a.set(true, a.leafAt("a").IsFalse.R) }}},
		{`{"not":{"dvar":"a"}}`, `{"a":false}`, `{"a":null}`, "kind false", cheat{secrets: func(a *attack) { a.set(true, a.leafAt("a").IsFalse.R) }}},
		{`{"not":{"dvar":"a"}}`, `{"a":false}`, `{"a":true}`, "usable value", cheat{
			resolved: hide("a"), secrets: func(a *attack) { a.set(true, a.leafAt("a").IsFalse.R) }}},
		{`{"not":{"dvar":"a"}}`, `{"a":false}`, `{"a":true}`, "kind false", cheat{
			leaves:  func(ls []*value.Leaf) { ls[0].IsTrue.V, ls[0].IsFalse.V = false, true },
			secrets: func(a *attack) { a.set(false, a.leafAt("a").IsTrue.R); a.set(true, a.leafAt("a").IsFalse.R) }}},
	} {
		f := forged(t, test.text, test.wanted, test.held)
		newAttack(t, f, test.c).refused(t, test.label, strings.Contains(test.held, "null") || test.held == `{"a":true}`)
	}
	// A member that is there is overlooked, and that it is there once is promised.
	f := forged(t, textQuery, `{"a":"x"}`, `{"a":"x"}`)
	newAttack(t, f, cheat{resolved: func(s []*value.Document) { memberAt(s[0], "a").Node = nil }}).refused(t, zeroProduct, true)
}

// TestLine33StepsThatStopEarly takes the way through what is no object, or a
// container that ended.
func TestLine33StepsThatStopEarly(t *testing.T) {
	const text = `{"==":[{"dvar":"o.a"},"x"]}`
	for _, held := range []string{`{"o":[{"a":"x"}]}`, `{"o":{"p":{"a":"x"}}}`, `{"o":{"a":"y"},"p":{"a":"x"}}`, `{"o":"","p":{"a":"x"}}`, `{"o":{},"a":"x"}`} {
		f := forged(t, text, `{"o":{"a":"x"}}`, held)
		inner := strings.LastIndex(held, `"a"`)
		v := strings.LastIndex(held, `"x"`)
		c := cheat{resolved: func(s []*value.Document) {
			e := memberAt(s[0], "o", "a")
			n := &document.Node{Kind: document.String, Start: v, End: v + 3}
			e.In.Node = &document.Node{Kind: document.Object, Members: []document.Member{{NameStart: inner, Value: n}}}
			e.Node, e.Sane = n, false
		}}
		claim := func(a *attack) { a.claimString(a.leafAt("o", "a"), 3) }
		// Its name is taken for one of the object's.
		c.secrets = func(a *attack) {
			claim(a)
			o := memberAt(a.sources[0], "o").Child
			for i := range o.Inside {
				if i >= inner {
					a.set(false, o.Keys[i])
				}
			}
			a.set(true, o.Keys[inner])
		}
		newAttack(t, f, c).refused(t, "names of a container", held == `{"o":[{"a":"x"}]}`)
		// The object lasts longer than it does.
		c.secrets = func(a *attack) {
			claim(a)
			o := memberAt(a.sources[0], "o").Child
			from := strings.Index(held, `"o":`) + 4
			for i := from + 1; i <= inner; i++ {
				a.set(true, o.Inside[i])
			}
			a.set(true, o.Keys[inner])
		}
		a := newAttack(t, f, c)
		switch label := a.check(t); label {
		case "interior of a container", "names of a container":
		default:
			t.Errorf("%s: violation %q", held, label)
		}
	}
}

// TestLine35StepsThatCancel lets the thermometer of a name rise at one duplicate
// and fall at the other: in the product both would cancel.
func TestLine35StepsThatCancel(t *testing.T) {
	held := `{"a":"x","a":"y"}`
	f := forged(t, textQuery, `{"a":"x"}`, held)
	first, second := strings.Index(held, `"a"`), strings.LastIndex(held, `"a"`)
	c := cheat{
		resolved: func(s []*value.Document) {
			e := memberAt(s[0], "a")
			e.Node, e.Sane = e.In.Node.Members[0].Value, true
		},
		secrets: func(a *attack) {
			// The bits of byte i are two before the last one's: past, then done.
			n := a.sources[0].Size()
			for i := second; i < n; i++ {
				a.set(false, memberAt(a.sources[0], "a").Found-ref(2*(n-1-i)+1))
			}
			if first >= second {
				t.Fatal("no duplicate")
			}
		},
	}
	a := newAttack(t, f, c)
	a.refused(t, "name of a member", true)
}

func TestOutputsThatAreNot(t *testing.T) {
	const marked = `{"b":true,"a":1,"_a_zkpass_public_":true,"c":2,"_c_zkpass_public_":true}`
	const branches = `[{"if":{"condition":{"dvar":"b"},"then":[{"output":{"r":{"dvar":"a"}}},{"output":{"s":true}}],"else":[{"output":{"r":{"dvar":"c"}}}]}},{"output":{"t":1}}]`
	const local = `[{"if":{"condition":{"dvar":"b"},"then":[{"assign":{"l":{"dvar":"a"}}}],"else":[{"assign":{"l":"x"}}]}},{"output":{"r":{"lvar":"l"}}}]`
	for _, test := range []struct{ text, claim, label string }{
		{branches, `{"r":2,"s":true,"t":1}`, "output equals the public value"},
		{branches, `{"r":2,"t":1}`, "output equals the public value"},
		{branches, `{"r":"1","s":true,"t":1}`, "string member"},
		{branches, `{"r":1,"t":1}`, "output that is not public"},
		{branches, `{"r":1,"s":true}`, "output that is not public"},
		{branches, `{"s":true,"r":1,"t":1}`, "order of outputs"},
		{branches, `{"t":1,"r":1,"s":true}`, "order of outputs"},
		{branches, `{"r":1,"s":true,"t":2}`, "output equals the public value"},
		{branches, `{"r":1,"s":"true","t":1}`, "output of another type"},
		{branches, `{}`, "output that is not public"},
		{local, `{"r":"x"}`, "string member"},
		{local, `{"r":true}`, "boolean member"},
	} {
		f := newFixture(t, test.text, marked).claim(test.claim)
		newAttack(t, f, cheat{}).refused(t, test.label, strings.HasPrefix(test.label, "order") || test.claim == `{"r":2,"t":1}`)
	}
	// The other branch is taken by a false condition.
	f := newFixture(t, branches, marked).claim(`{"r":2,"t":1}`)
	newAttack(t, f, cheat{
		leaves:  func(ls []*value.Leaf) { ls[0].IsTrue.V, ls[0].IsFalse.V = false, true },
		secrets: func(a *attack) { a.set(false, a.leafAt("b").IsTrue.R); a.set(true, a.leafAt("b").IsFalse.R) },
	}).refused(t, "kind false", true)
	// An output that only the other branch has.
	f = newFixture(t, branches, strings.Replace(marked, "true", "false", 1)).claim(`{"r":2,"s":true,"t":1}`)
	newAttack(t, f, cheat{}).refused(t, "public output that no statement has", true)
}

func TestComparisonsThatAreNot(t *testing.T) {
	f := newFixture(t, `{">":[{"dvar":"a"},5]}`, `{"a":5}`).claim(`{"result":true}`)
	newAttack(t, f, cheat{leaves: func(ls []*value.Leaf) { ls[0].Number.V = document.Decimal{Int: 6} }}).refused(t, "borrow of a comparison", true)
	f = newFixture(t, `{"==":[{"dvar":"a"},{"dvar":"b"}]}`, `{"a":"x","b":"y"}`).claim(`{"result":true}`)
	newAttack(t, f, cheat{leaves: func(ls []*value.Leaf) { ls[1].At.Node = nil }}).refused(t, "string equality of members", true)
	f = newFixture(t, `{"==":[{"dvar":"a"},{"dvar":"b"}]}`, `{"a":true,"b":false}`).claim(`{"result":true}`)
	newAttack(t, f, cheat{leaves: func(ls []*value.Leaf) { ls[1].IsTrue.V, ls[1].IsFalse.V = true, false }}).refused(t, "equal booleans", true)
	f = newFixture(t, `{"~==":[{"dvar":"a"},"x"]}`, `{"a":"["}`).claim(`{"result":true}`)
	newAttack(t, f, cheat{leaves: func(ls []*value.Leaf) { ls[0].At.Node = nil }}).refused(t, "string equality", false)
	// Two members of two types.
	f = forged(t, `{"!=":[{"dvar":"a"},{"dvar":"b"}]}`, `{"a":"x","b":"y"}`, `{"a":"1","b":1}`)
	newAttack(t, f, cheat{}).refused(t, "members of one type", true)
}
