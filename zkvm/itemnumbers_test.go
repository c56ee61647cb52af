package zkvm

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/gf128"
	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/decimal"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// TestItemNumbers holds comparisons of numbers in elements with literals and now against
// the evaluator, each in a statement of many: with more literals than a symbol has room
// for, beside other uses of the same numbers, and below filters.
func TestItemNumbers(t *testing.T) {
	t.Parallel()
	payload := `{"a":[{"n":1,"f":true,"m":[3,9]},{"n":2.50,"f":false,"m":[-1]},{"n":100,"f":true,"m":[9]}],"z":[{"n":-0},{"n":0.00}],"e":[],"b":[{"n":-9223372036854775808.0},{"n":9223372036854775807.999999999}],"l":2.5,"o":[{"n":7}]}`
	var all []string
	for _, path := range []string{"a[].n", "a[?f].n", "a[?!f].n", "z[].n", "e[].n", "b[].n", "o[].n", "a[].m[0]"} {
		for _, literal := range []string{"0", "1", "2.5", "-1", "100", "7", `{"now":[]}`, "-9223372036854775808"} {
			all = append(all, comparisons(path, literal)...)
		}
	}
	r := rand.New(rand.NewPCG(11, 12))
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	n := 4
	if testing.Short() {
		n = 1
	}
	for range n {
		questions(t, payload, all[:32]...)
		all = all[32:]
	}
	// Of kept elements the values must be numbers that may be used; of others not.
	for _, value := range []string{
		`1e2`, `9223372036854775808`, `-9223372036854775808.000000001`, `0.0000000001`, `12345678901234567890`, `"1"`, `null`, `true`, `[1]`, `{}`,
		`1.0000000000000000000000000000000`, `1.000000000000000000000000000000`, `-1.000000000000000000000000000000`, `-1.00000000000000000000000000000`,
	} {
		for _, e := range []string{`{"<":[{"dvar":"a[].n"},5]}`, `{"<":[{"dvar":"a[?f].n"},5]}`, `{"!=":[{"dvar":"a[?!f].n"},5,"or"]}`} {
			expression(t, e, `{"a":[{"n":1,"f":true},{"n":`+value+`,"f":false}]}`)
		}
	}
	// An element without the member is an error, a member in no element is not.
	expression(t, `{"<":[{"dvar":"a[].n"},5]}`, `{"a":[{"n":1},{"k":2}]}`)
	expression(t, `{"<":[{"dvar":"a[].n"},5]}`, `{"a":[{"n":1},{"k":{"n":9}}],"n":9}`)
	expression(t, `{"<":[{"dvar":"a[].n"},5]}`, `{"a":[],"n":9}`)
	expression(t, `{"<":[{"dvar":"a[].n"},5]}`, `{"a":1}`)
	// Beside uses that need the number itself, as a string and as a boolean.
	expression(t, `{"and":[{"<":[{"dvar":"a[].n"},5]},{"==":[{"dvar":"a[].n"},{"dvar":"b"},"or"]}]}`, `{"a":[{"n":1},{"n":2.0}],"b":2}`)
	expression(t, `{"or":[{"==":[{"dvar":"a[].n"},"x"]},{"==":[{"dvar":"a[].n"},1]}]}`, `{"a":[{"n":"y"}]}`)
	expression(t, `{"or":[{"and":[{"dvar":"is"},{"==":[{"dvar":"a[].n"},"x"]}]},{"==":[{"dvar":"a[].n"},1]}]}`, `{"a":[{"n":1}],"is":false}`)
	expression(t, `{"or":[{"and":[{"dvar":"is"},{"==":[{"dvar":"a[].n"},true]}]},{"==":[{"dvar":"a[].n"},1]}]}`, `{"a":[{"n":1}],"is":false}`)
}

// TestItemOrdersBound: from a number of literals on the elements' numbers are laid out
// themselves, and a query of hundreds stays within what can be proven.
func TestItemOrdersBound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		literals, bytes int
		orders          bool
	}{{1, 16_384, true}, {2, 16_384, false}, {300, 16_384, false}, {52, 384, true}, {53, 384, false}} {
		var tests []string
		for i := range c.literals {
			tests = append(tests, fmt.Sprintf(`{"<":[{"dvar":"a[].n"},%d]}`, 1000+i))
		}
		text := tests[0]
		if len(tests) > 1 {
			text = `{"and":[` + strings.Join(tests, ",") + `]}`
		}
		p := compileJWT(t, boolean(text))
		st := &Statement{Program: p, Time: testNow, Output: sampleOutput(p), Documents: []Document{{Key: sampleKey, Header: sampleHeader, Class: Class{Bytes: c.bytes, Depth: 8}}}}
		l, err := newPlan(st, nil, nil)
		if err != nil {
			t.Errorf("%d literals, %d bytes: %v", c.literals, c.bytes, err)
			continue
		}
		orders := slices.ContainsFunc(l.system.Circuits(), func(i libzk.CircuitInfo) bool { return i.Name == "order" })
		if orders != c.orders {
			t.Errorf("%d literals, %d bytes: compared by their order is %v, want %v", c.literals, c.bytes, orders, c.orders)
		}
	}
}

// TestItemNumbersRandom compares numbers near each other and near the limits.
func TestItemNumbersRandom(t *testing.T) {
	t.Parallel()
	testNumbersRandom(t, []string{"a[].n", "a[?f].n", "a[?!f].n"}, func(r *rand.Rand, near []string) string {
		n := r.IntN(4)
		if r.IntN(8) == 0 {
			n = query.MaxElements
		}
		return `{"a":` + list(n, func(int) string {
			return `{"n":` + pick(r, near) + `,"f":` + pick(r, []string{"true", "false", "null"}) + "}"
		}) + "}"
	})
}

// TestItemNumberLies breaks one rule at a time.
func TestItemNumberLies(t *testing.T) {
	t.Parallel()
	// toggle changes what is committed of facts of the byte where a value starts.
	toggle := func(a *attack, i int, facts ...int) {
		_, r, err := a.relate(transcript.New([]byte("symbols")))
		if err != nil {
			t.Fatal(err)
		}
		var symbols []ref
		for w, k := newWired(r.GF), 0; k < len(w.r.Rows); k++ {
			if w.rowLabel(k) == "first byte of an element's value" {
				symbols = append(symbols, w.r.Rows[k].C)
			}
		}
		x := &a.plan.secrets.GF[symbols[i]]
		for _, f := range facts {
			*x = field.Add(*x, gf128.FromSymbol(1<<f))
		}
	}
	const factShort, factLess, factGreater = 11, 12, 13
	item := func(a *attack, k int) *value.Leaf { return a.leaves[0].Items[k] }
	// greater commits what claimGreater has the prover compute with.
	greater := func(a *attack) {
		for _, o := range item(a, 1).Orders {
			a.set(true, o.Greater.R)
			a.set(false, o.Less.R)
		}
	}
	claimGreater := func(ls []*value.Leaf) {
		if items := ls[0].Items; items[1].At.Node != nil {
			for v, o := range items[1].Orders {
				o.Greater.V, o.Less.V = true, false
				items[1].Orders[v] = o
			}
		}
	}
	number := func(a *attack, k int) { a.set(true, item(a, k).IsNumber.R) }
	order := func(a *attack) *value.Orders {
		v, _ := decimalOf(t, "5")
		return a.sources[0].Digits.Orders[*decimal.NewLiteral(v)]
	}
	at := func(payload, text string) int { return strings.Index(payload, text) }
	for _, c := range []struct {
		name, text, payload, claim string
		secrets                    func(a *attack, payload string)
		label                      string
	}{
		{"an element's order that is none", `{">":[{"dvar":"a[].n"},5,"or"]}`, `{"a":[{"n":1},{"n":4}]}`, yes, func(a *attack, _ string) {
			greater(a)
		}, "first byte of a value"},
		{"a symbol of another order", `{">":[{"dvar":"a[].n"},5,"or"]}`, `{"a":[{"n":1},{"n":4}]}`, yes, func(a *attack, payload string) {
			greater(a)
			toggle(a, at(payload, "4"), factLess, factGreater)
		}, "first byte of an element's value"},
		{"an order that is none", `{">":[{"dvar":"a[].n"},5,"or"]}`, `{"a":[{"n":1},{"n":4}]}`, yes, func(a *attack, payload string) {
			i := at(payload, "4")
			greater(a)
			a.set(true, order(a).Greater[i])
			a.set(false, order(a).Less[i])
			toggle(a, i, factLess, factGreater)
		}, decimal.LabelOrder},
		{"an exponent", `{">":[{"dvar":"a[].n"},5,"or"]}`, `{"a":[{"n":6e1}]}`, yes, nil, "number member"},
		{"an exponent, called a number", `{">":[{"dvar":"a[].n"},5,"or"]}`, `{"a":[{"n":6e1}]}`, yes, func(a *attack, _ string) { number(a, 0) }, "number of an element"},
		{"beyond the limit, called a number", `{">":[{"dvar":"a[].n"},5,"or"]}`, `{"a":[{"n":9223372036854775808}]}`, yes, func(a *attack, _ string) { number(a, 0) }, "number of an element"},
		{"ten digits after the point, called a number", `{">":[{"dvar":"a[].n"},5,"or"]}`, `{"a":[{"n":6.0000000001}]}`, yes, func(a *attack, _ string) { number(a, 0) }, "number of an element"},
		{"a string, called a number", `{"!=":[{"dvar":"a[].n"},5,"or"]}`, `{"a":[{"n":"6"}]}`, yes, func(a *attack, _ string) { number(a, 0) }, "number of an element"},
		{"nothing, called a number", `{"!=":[{"dvar":"a[].n"},5,"or"]}`, `{"a":[{"m":6}]}`, yes, func(a *attack, _ string) { number(a, 0) }, "number of an element"},
		{"33 characters, called a number", `{">":[{"dvar":"a[].n"},5,"or"]}`, `{"a":[{"n":6.0000000000000000000000000000000}]}`, yes, func(a *attack, _ string) { number(a, 0) }, "number of an element"},
		{"33 characters, called short", `{">":[{"dvar":"a[].n"},5,"or"]}`, `{"a":[{"n":6.0000000000000000000000000000000}]}`, yes, func(a *attack, payload string) {
			number(a, 0)
			i := at(payload, "6.")
			a.set(true, a.sources[0].Digits.Short[i])
			for _, o := range item(a, 0).Orders {
				a.set(true, o.Less.R-1) // the fact before
			}
			toggle(a, i, factShort)
		}, zeroProduct},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := ask(t, boolean(c.text), c.payload)
			if string(q.output) == c.claim {
				t.Fatal("the claim is true")
			}
			newAttack(t, q.claim(c.claim), cheat{leaves: claimGreater, secrets: func(a *attack) {
				if c.secrets != nil {
					c.secrets(a, c.payload)
				}
			}}).refused(t, c.label, false)
		})
	}
}
