package zkvm

import (
	"strconv"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// hide makes the attacker overlook members: no name is found, and that the name
// is there at most once is not promised.
func hide(names ...string) func([]*value.Document) {
	return func(s []*value.Document) {
		for _, name := range names {
			e := memberAt(s[0], name)
			e.Node, e.Sane = nil, false
		}
	}
}

// setNumber commits an integer and its digits in a leaf.
func (a *attack) setNumber(l *value.Leaf, v int64) {
	a.setDigits(l, strconv.FormatInt(v, 10))
	a.setValue(l, document.Decimal{Int: v})
}

// numberSecrets is the number of bits of a number's characters and value.
const numberSecrets = 6*value.WholePlaces + 5*value.FractionDigits + (value.FractionPlaces - value.FractionDigits) + value.NumberBits

// setDigits commits the characters of a number.
func (a *attack) setDigits(l *value.Leaf, text string) {
	whole, fraction, _ := strings.Cut(text, ".")
	at := l.IsNumber.R + 1
	next := func(v bool) {
		a.set(v, at)
		at++
	}
	digit := func(c byte) {
		is := c >= '0' && c <= '9'
		next(is)
		for b := range 4 {
			next(is && c>>b&1 == 1)
		}
	}
	for k := range value.WholePlaces {
		var c byte
		if k < len(whole) {
			c = whole[len(whole)-1-k]
		}
		digit(c)
		next(c == '-')
	}
	for j := range value.FractionPlaces {
		var c byte
		if j < len(fraction) {
			c = fraction[j]
		}
		if j < value.FractionDigits {
			digit(c)
		} else {
			next(c == '0')
		}
	}
}

// setValue commits the value of a number.
func (a *attack) setValue(l *value.Leaf, v document.Decimal) {
	for k, r := range l.Number.Bits {
		a.set(value.CodeBit(value.CodeOf(v), k), r)
	}
}

// TestLine35KindsThatCancel claims two kinds of one leaf, so that their sum is 0:
// the conditions that each needs must hold all the same. A number would be
// claimed for a member that is hidden, and a marker that is not there.
func TestLine35KindsThatCancel(t *testing.T) {
	twoKinds := func(number int64) cheat {
		return cheat{
			resolved: hide("age"),
			leaves: func(ls []*value.Leaf) {
				ls[0].IsNumber.V, ls[0].IsTrue.V, ls[0].Number.V = true, true, document.Decimal{Int: number}
			},
			secrets: func(a *attack) {
				l := a.leafAt("age")
				a.set(true, l.IsNumber.R, l.IsTrue.R)
				a.setNumber(l, number)
			},
		}
	}
	marker := cheat{secrets: func(a *attack) {
		l := a.leafAt("_name_zkpass_public_")
		a.set(true, l.IsTrue.R, l.IsFalse.R)
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
