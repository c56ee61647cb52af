package zkvm

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// decimalOf is the value of a number, if it may be used.
func decimalOf(t testing.TB, text string) (document.Decimal, bool) {
	t.Helper()
	doc, err := document.Parse([]byte(`{"n":` + text + `}`))
	if err != nil {
		t.Fatal(err)
	}
	v, err := doc.Decimal(doc.Root.Members[0].Value)
	return v, err == nil
}

// TestNumberComparisons compares numbers with literals and with each other.
func TestNumberComparisons(t *testing.T) {
	t.Parallel()
	usable := []string{"0", "-0.0", "1.50", "1.5", "-1.5", "-1.25", "1.000000001", "2", "-2.0", "1795870500.172277", "9223372036854775807.999999999", "-9223372036854775808"}
	r := rand.New(rand.NewPCG(5, 6))
	var members []string
	for i, text := range usable {
		members = append(members, fmt.Sprintf(`"m%d":%s`, i, text))
	}
	payload := "{" + strings.Join(members, ",") + `,"a":[1.5,2.0,-0.000000001],"o":[{"k":true,"v":1.5},{"v":1e5}]}`
	var list []string
	for i := range usable {
		for j := range usable {
			if !testing.Short() || r.IntN(12) == 0 {
				op := []string{"==", "!=", "<", "<=", ">", ">="}[r.IntN(6)]
				left, right := fmt.Sprintf(`{"dvar":"m%d"}`, i), usable[j]
				if r.IntN(2) == 0 {
					right = fmt.Sprintf(`{"dvar":"m%d"}`, j)
				}
				if r.IntN(2) == 0 {
					left, right = right, left
				}
				list = append(list, `{"`+op+`":[`+left+`,`+right+`]}`)
			}
		}
	}
	list = append(list, `{"<":[{"dvar":"a[]"},2.000000001]}`, `{"==":[{"dvar":"a[]"},1.5,"or"]}`, `{"==":[{"dvar":"a[]"},{"dvar":"m3"},"or"]}`, `{"==":[{"dvar":"o[?k].v"},{"dvar":"m2"}]}`,
		`{"in":[{"dvar":"m2"},[1,1.5]]}`, `{"in":[{"dvar":"m2"},[1,1.500000001]]}`, `{"<":[{"now":[]},{"dvar":"m9"}]}`, `{">":[{"count":"a[]"},2.999999999]}`, `{"<":[{"count":"a[]"},3.000000001]}`,
		`{"==":[{"count":"a[]"},3.0]}`, `{"<":[{"dvar":"m2"},{"count":"a[]"}]}`)
	for len(list) > 0 {
		n := min(30, len(list))
		questions(t, payload, list[:n]...)
		list = list[n:]
	}
	for _, bad := range []string{"1e2", "9223372036854775808", "0.0000000001", "1." + strings.Repeat("0", 31)} {
		expression(t, `{"<":[{"dvar":"a"},5]}`, `{"a":`+bad+`}`)
		expression(t, `{"==":[{"dvar":"a[]"},5,"or"]}`, `{"a":[5,`+bad+`]}`)
		expression(t, `{"or":[{"is":["a","number"]},{"==":[{"dvar":"a"},5]}]}`, `{"a":`+bad+`}`)
	}
	// As outputs: integers by value, written as such.
	for text, want := range map[string]string{"1.0": `{"r":1}`, "-0.0": `{"r":0}`, "-2.00": `{"r":-2}`, "1.5": "", "1e2": ""} {
		payload := `{"a":` + text + `,"b":[1.0,` + text + `],"_a_zkpass_public_":true,"_b_zkpass_public_":true}`
		q := ask(t, boolean(`{"dvar":"a"}`), payload)
		if string(q.output) != want {
			t.Errorf("%s: output %s, want %s", text, q.output, want)
		}
		q.verify(t, text, `{"r":1}`, `{"r":2}`, `{"r":-2}`, `{"r":0}`, `{"r":-1}`, `{"r":"1.5"}`)
		ask(t, boolean(`{"dvar":"b[]"}`), payload).verify(t, text+" in an array", `{"r":[1,1]}`, `{"r":[1,2]}`, `{"r":[1,-2]}`, `{"r":[1,0]}`)
	}
}

// TestNumberLies breaks one rule at a time of how a number is read.
func TestNumberLies(t *testing.T) {
	t.Parallel()
	at := func(int64v int64, nano uint32) document.Decimal { return document.Decimal{Int: int64v, Nano: nano} }
	for _, c := range []struct {
		name, held, text string // what stands there, and what it is taken for
		digits           string // the characters that are committed
		value            document.Decimal
		label            string
	}{
		{"without its fraction", "1.5", "1", "1", at(1, 0), "kind number"},
		{"another fraction", "1.5", "1.6", "1.6", at(1, 600000000), "kind number"},
		{"the point moved", "12.5", "1.25", "1.25", at(1, 250000000), "kind number"},
		{"a fraction for whole digits", "125", "1.25", "1.25", at(1, 250000000), "kind number"},
		{"the value of other digits", "1.5", "1.6", "1.5", at(1, 600000000), "value of a number"},
		{"a negative number's other side", "-1.5", "-0.5", "-1.5", at(-1, 500000000), "negative number"},
		{"a negative number's fraction as it is written", "-1.25", "-1.75", "-1.25", at(-2, 250000000), "negative number"},
		{"an exponent", "1e1", "1", "1", at(1, 0), "kind number"},
		{"of 33 characters", "1." + strings.Repeat("0", 31), "1", "1." + strings.Repeat("0", 30), at(1, 0), "kind number"},
		{"of 33 characters before and after the point", "12." + strings.Repeat("0", 30), "12", "12." + strings.Repeat("0", 30), at(12, 0), "number within its limit"},
		{"of 33 characters, negative", "-1." + strings.Repeat("0", 30), "-1", "-1." + strings.Repeat("0", 30), at(-1, 0), "number within its limit"},
		{"with ten digits after the point", "1.0000000001", "1", "1.0000000000", at(1, 0), "kind number"},
		{"2^63", "9223372036854775808", "-9223372036854775808", "9223372036854775808", at(-1<<63, 0), "value of a number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			wanted := c.text + strings.Repeat(" ", max(0, len(c.held)-len(c.text)))
			f := forged(t, `{"==":[{"dvar":"a"},`+strings.TrimSpace(c.text)+`]}`, `{"a":`+wanted+`}`, `{"a":`+c.held+`}`)
			newAttack(t, f, cheat{
				leaves: func(ls []*value.Leaf) { ls[0].IsNumber.V, ls[0].Number.V = true, c.value },
				secrets: func(a *attack) {
					l := a.leafAt("a")
					a.set(true, l.IsNumber.R)
					a.setDigits(l, c.digits)
					a.setValue(l, c.value)
					for _, row := range a.rows(t, "sign of a number") {
						a.set(c.digits[0] == '-', row.C)
					}
				},
			}).refused(t, c.label, c.name == "without its fraction")
		})
	}
	// A digit of the fraction that is ten or more: 1 + 10·0.1 for 2.
	f := forged(t, `{"<":[{"dvar":"a"},2]}`, `{"a":1}`, `{"a":2}`)
	newAttack(t, f, cheat{
		leaves: func(ls []*value.Leaf) { ls[0].Number.V = at(1, 0) },
		secrets: func(a *attack) {
			l := a.leafAt("a")
			a.setValue(l, at(1, 0))
			for b := range 4 {
				a.set(10>>b&1 == 1, l.Number.Bits[value.FractionBits-4+b])
			}
		},
	}).refused(t, "digit of a number", true)
	// A gap before the point, which would let the place of the point be another one.
	g := forged(t, `{"==":[{"dvar":"a"},1]}`, `{"a":1}`, `{"a":5}`)
	a := newAttack(t, g, cheat{secrets: func(a *attack) {
		a.set(true, a.leafAt("a").IsNumber.R+1+6*3)
	}})
	if !a.brokenLabels(t)["number without a gap"] {
		t.Error("a gap is not noticed")
	}
}
