package zkvm

import (
	"strconv"
	"testing"
)

// hide makes the attacker overlook members: no name is found, and that the name
// is there at most once is not promised.
func hide(names ...string) func([]*source) {
	return func(s []*source) {
		for _, name := range names {
			e := s[0].at(name)
			e.node, e.sane = nil, false
		}
	}
}

// setInteger commits an integer and its digits in a leaf.
func (a *attack) setInteger(l *leaf, v int64) {
	text := strconv.FormatInt(v, 10)
	for k := range digits {
		at := l.isInteger.r + 1 + ref(6*k)
		var c byte
		if k < len(text) {
			c = text[len(text)-1-k]
		}
		digit := c >= '0' && c <= '9'
		a.set(digit, at)
		for b := range 4 {
			a.set(digit && c>>b&1 == 1, at+1+ref(b))
		}
		a.set(c == '-', at+5)
	}
	for k, r := range l.number.bits {
		a.set((uint64(v)^bias)>>k&1 == 1, r)
	}
}

// TestLine35KindsThatCancel claims two kinds of one leaf, so that their sum is 0:
// the conditions that each needs must hold all the same. A number would be
// claimed for a member that is hidden, and a marker that is not there.
func TestLine35KindsThatCancel(t *testing.T) {
	twoKinds := func(number int64) cheat {
		return cheat{
			resolved: hide("age"),
			leaves: func(ls []*leaf) {
				ls[0].isInteger.v, ls[0].isTrue.v, ls[0].number.v = true, true, number
			},
			secrets: func(a *attack) {
				l := a.leafAt("age")
				a.set(true, l.isInteger.r, l.isTrue.r)
				a.setInteger(l, number)
			},
		}
	}
	marker := cheat{secrets: func(a *attack) {
		l := a.leafAt("_name_zkpass_public_")
		a.set(true, l.isTrue.r, l.isFalse.r)
	}}
	for _, test := range []struct {
		name, query, payload, honest, claim string
		c                                   cheat
	}{
		{"comparison", `{">=":[{"dvar":"age"},18]}`, `{"age":12}`, `{"result":false}`, `{"result":true}`, twoKinds(99)},
		{"output", `[{"output":{"age":{"dvar":"age"}}}]`, `{"age":12,"_age_zkpass_public_":true}`, `{"age":12}`, `{"age":99}`, twoKinds(99)},
		{"equality", `{"==":[{"dvar":"age"},99]}`, `{"age":12}`, `{"result":false}`, `{"result":true}`, twoKinds(99)},
		{"marker", `[{"if":{"condition":{"==":[{"dvar":"name"},"x"]},"then":[{"output":{"name":{"dvar":"name"}}}]}}]`,
			`{"name":"x"}`, "", `{"name":"x"}`, marker},
	} {
		t.Run(test.name, func(t *testing.T) {
			payload := test.payload
			f, err := tryFixture(t, test.query, payload)
			if test.honest == "" { // no output is allowed: take the statement of a document with a marker
				if err == nil {
					t.Fatal("the evaluator allows it")
				}
				f = newFixture(t, test.query, `{"name":"x","_name_zkpass_public_":true}`)
				d, s := sign(t, testKey, payload)
				d.Class = f.st.Documents[0].Class
				f.st.Documents[0], f.secrets[0] = d, s
			} else if err != nil || string(f.st.Output) != test.honest {
				t.Fatalf("honest output %s, %v", f.st.Output, err)
			}
			a := newAttack(t, f.claim(test.claim), test.c)
			a.refused(t, "usable value", true)
		})
	}
}
