package zkvm

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/decimal"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

// TestLongNumbers holds comparisons of arrays of numbers against the evaluator, each in
// a statement of many.
func TestLongNumbers(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 10))
	payload := `{"p":[1,2.50,100],"m":[-1,-0.5,-10],"z":[0,-0,0.00],"one":[7],"e":[],"b":[9223372036854775807.999999999,-9223372036854775808.0],"x":[1e9,"1",1.5e-3,12345678901234567890,{"p":[1]}],"t":[1771000000,1771000000.5]}`
	var all []string
	for _, path := range []string{"p[]", "m[]", "z[]", "one[]", "e[]", "b[]", "t[]"} {
		for _, literal := range []string{"0", "1", "2.5", "-0.5", "-10", "100", "7", `{"now":[]}`, "-9223372036854775808", "9223372036854775807.999999999"} {
			all = append(all, comparisons(path, literal)...)
		}
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	n := 6
	if testing.Short() {
		n = 1
	}
	for range n {
		questions(t, payload, all[:32]...)
		all = all[32:]
	}
	// Elements of other types, and numbers that may not be used, are errors.
	for _, value := range []string{
		`[1,"1"]`, `[1,null]`, `[true,1]`, `[[1]]`, `[{"k":1}]`, `1`, `null`, `{}`, `"1"`, `[1,1e2]`, `[1,2,0e0]`, `[9223372036854775808,1]`, `[1,-9223372036854775808.000000001]`, `[0.0000000001]`,
		`[1,12345678901234567890]`, `[1.0000000000000000000000000000000]`, `[1,-1.000000000000000000000000000000]`,
	} {
		for _, e := range []string{`{"==":[{"dvar":"a[]"},1,"or"]}`, `{">":[{"dvar":"a[]"},0]}`, `{"or":[{"exists":"b"},{"<":[{"dvar":"a[]"},5]}]}`} {
			expression(t, e, `{"a":`+value+`,"b":1}`)
		}
	}
	// Beside other uses, and as large as they may be.
	expression(t, `{"and":[{">=":[{"dvar":"a[]"},1]},{"==":[{"dvar":"a[]"},{"dvar":"b"},"or"]},{"==":[{"count":"a[]"},2]},{"==":[{"dvar":"a[1]"},2.5]}]}`, `{"a":[1,2.50],"b":1}`)
	expression(t, `{"<":[{"dvar":"a[1].b[]"},3,"or"]}`, `{"a":[{"b":[9]},{"b":[9,1]},{"b":["x"]}],"c":[1e99]}`)
	expression(t, `{"<":[{"dvar":"a[]"},3]}`, `{"a":[1.000000000000000000000000000000,-1.00000000000000000000000000000,-9223372036854775808],"c":1000000000000000000000000000000000000000000}`)
}

// TestLongNumbersRandom compares arrays of numbers near each other and near the limits
// with one of them, and the circuits with the evaluator.
func TestLongNumbersRandom(t *testing.T) {
	t.Parallel()
	testNumbersRandom(t, []string{"a[]", "a[]", "b[]"}, func(r *rand.Rand, near []string) string {
		n := r.IntN(4)
		if r.IntN(5) == 0 {
			n = query.MaxElements + r.IntN(20)
		}
		return `{"a":` + list(n, func(int) string { return pick(r, near) }) + `,"b":[` + mostlyNumber(r) + `],"c":` + mostlyNumber(r) + "}"
	})
}

// testNumbersRandom compares the numbers on paths with literals near them, over documents
// made of numbers near each other.
func testNumbersRandom(t *testing.T, paths []string, document func(r *rand.Rand, near []string) string) {
	statements := 50
	if testing.Short() {
		statements = 5
	}
	if os.Getenv(longRuns) != "" {
		statements = 1000
	}
	r := rand.New(rand.NewPCG(rand.Uint64(), 0))
	results := 0
	for range statements {
		near := []string{mostlyNumber(r), mostlyNumber(r), mostlyNumber(r)}
		payload := document(r, near)
		var outputs []string
		for len(outputs) < 8 {
			literal := pick(r, append(near, mostlyNumber(r), `{"now":[]}`))
			if literal[0] != '{' && !usable(t, literal) {
				continue
			}
			outputs = append(outputs, fmt.Sprintf(`{"output":{"o%d":%s}}`, len(outputs), pick(r, comparisons(pick(r, paths), literal))))
		}
		q := ask(t, "["+strings.Join(outputs, ",")+"]", payload)
		claims := []string{`{"o0":true,"o1":true,"o2":true,"o3":true,"o4":true,"o5":true,"o6":true,"o7":true}`, `{"o0":true,"o1":false,"o2":true,"o3":false,"o4":true,"o5":false,"o6":true,"o7":false}`}
		if q.output != nil {
			results++
			claims = []string{opposite(string(q.output), fmt.Sprintf("o%d", r.IntN(8)))}
		}
		q.verify(t, payload+" "+strings.Join(outputs, ","), claims...)
	}
	if results*3 < statements {
		t.Errorf("%d results of %d", results, statements)
	}
}

// mostlyNumber is the text of a number near others and near the limits, and seldom one
// that may not be used, or something else.
func mostlyNumber(r *rand.Rand) string {
	if r.IntN(40) == 0 {
		return pick(r, pick(r, [][]string{exponents, oversized, {"null", `"1"`, "[1]", "true"}}))
	}
	return pick(r, pick(r, [][]string{integers, decimals, {"1.25", "1.250", "1.26", "-1.25", "12.5", "0.125"}}))
}

// opposite is an output with one of its booleans the other way round.
func opposite(output, name string) string {
	i := strings.Index(output, `"`+name+`":`) + len(name) + len(`"":`)
	if output[i] == 't' {
		return output[:i] + "false" + output[i+len("true"):]
	}
	return output[:i] + "true" + output[i+len("false"):]
}

// TestLongNumberLimits: 1,024 elements and one more.
func TestLongNumberLimits(t *testing.T) {
	t.Parallel()
	for _, n := range []int{query.MaxElements + 1, query.MaxLongArray, query.MaxLongArray + 1} {
		want := yes
		if n > query.MaxLongArray {
			want = ""
		}
		payload := `{"a":` + strings.Replace(list(n, every(`-3`)), `-3]`, `4.5]`, 1) + `}`
		b := bound{fmt.Sprint("numbers ", n), boolean(`{"and":[{">=":[{"dvar":"a[]"},-3]},{"==":[4.5,{"dvar":"a[]"},"or"]},{"<":[{"dvar":"a[]"},{"now":[]}]}]}`), payload, want}
		if n != query.MaxElements+1 || !testing.Short() {
			b.run(t)
		}
	}
}

// TestLongNumberLies breaks one rule at a time.
func TestLongNumberLies(t *testing.T) {
	t.Parallel()
	at := func(a *attack) *value.Long { return a.sources[0].Longs[memberAt(a.sources[0], "a").Child] }
	order := func(a *attack, literal string) *value.Orders {
		v, _ := decimalOf(t, literal)
		return a.sources[0].Digits.Orders[*decimal.NewLiteral(v)]
	}
	none := func(v bool) func(a *attack) {
		return func(a *attack) {
			for _, z := range at(a).Without {
				a.set(v, z.R)
			}
		}
	}
	for _, c := range []struct {
		name, text, payload string
		claim               string
		secrets             func(a *attack)
		label               string
	}{
		{"one is greater", `{">":[{"dvar":"a[]"},5,"or"]}`, `{"a":[1,5]}`, yes, none(false), zeroProduct},
		{"none is greater", `{">":[{"dvar":"a[]"},5,"or"]}`, `{"a":[1,6]}`, `{"r":false}`, none(true), "elements of which none compares so"},
		{"all are less", `{"<":[{"dvar":"a[]"},5]}`, `{"a":[1,6]}`, yes, none(true), "elements of which none compares so"},
		{"not all are less", `{"<":[{"dvar":"a[]"},5]}`, `{"a":[1,2]}`, `{"r":false}`, none(false), zeroProduct},
		{"an order that is none", `{">":[{"dvar":"a[]"},5,"or"]}`, `{"a":[1,5]}`, yes, func(a *attack) {
			none(false)(a)
			a.set(true, order(a, "5").Greater[8])
		}, decimal.LabelOrder},
		{"a place that is none", `{">":[{"dvar":"a[]"},5,"or"]}`, `{"a":[1,5]}`, yes, func(a *attack) {
			none(false)(a)
			a.set(true, order(a, "5").Greater[8])
			p := a.sources[0].Digits.Places[8]
			a.set(false, p.U[0], p.V[0])
			a.set(true, p.U[1], p.V[1])
		}, decimal.LabelPlace},
		{"an exponent", `{">":[{"dvar":"a[]"},5,"or"]}`, `{"a":[1,6e1]}`, yes, nil, "long array"},
		{"an exponent that is called none", `{">":[{"dvar":"a[]"},5,"or"]}`, `{"a":[1,6e1]}`, yes, func(a *attack) {
			a.set(false, a.sources[0].Digits.Places[8].Bad)
		}, decimal.LabelBad},
		{"beyond the limit", `{">":[{"dvar":"a[]"},5,"or"]}`, `{"a":[1,9223372036854775808]}`, yes, nil, "long array"},
		{"beyond the limit, called within", `{">":[{"dvar":"a[]"},5,"or"]}`, `{"a":[1,9223372036854775808]}`, yes, func(a *attack) {
			a.set(true, a.sources[0].Digits.Orders[*decimal.Limit()].Less[8])
		}, decimal.LabelOrder},
		{"below the limit", `{"<":[{"dvar":"a[]"},5,"or"]}`, `{"a":[1,-9223372036854775808.5]}`, yes, nil, "long array"},
		{"ten digits after the point", `{">":[{"dvar":"a[]"},5,"or"]}`, `{"a":[1,6.0000000001]}`, yes, nil, "long array"},
		{"a string among them", `{">":[{"dvar":"a[]"},5,"or"]}`, `{"a":["1",6]}`, yes, nil, "long array"},
		{"null among them", `{">":[{"dvar":"a[]"},5,"or"]}`, `{"a":[null,6]}`, yes, nil, "long array"},
		{"true among them", `{">":[{"dvar":"a[]"},5,"or"]}`, `{"a":[true,6]}`, yes, nil, "long array"},
		{"an array among them", `{">":[{"dvar":"a[]"},5,"or"]}`, `{"a":[[9],6]}`, yes, nil, "long array"},
		{"33 characters", `{">":[{"dvar":"a[]"},5,"or"]}`, `{"a":[1,6.0000000000000000000000000000000]}`, yes, nil, "long array"},
		{"33 characters, promised to be less", `{">":[{"dvar":"a[]"},5,"or"]}`, `{"a":[1,6.0000000000000000000000000000000]}`, yes, func(a *attack) {
			a.set(true, *at(a).Short)
		}, zeroProduct},
		{"a number of another array", `{">":[{"dvar":"a[]"},5,"or"]}`, `{"a":[1,2],"b":[6]}`, yes, none(false), zeroProduct},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := ask(t, boolean(c.text), c.payload)
			if string(q.output) == c.claim {
				t.Fatalf("the claim is true")
			}
			newAttack(t, q.claim(c.claim), cheat{secrets: func(a *attack) {
				if c.secrets != nil {
					c.secrets(a)
				}
			}}).refused(t, c.label, c.name == "one is greater" || c.name == "an exponent")
		})
	}
}

func usable(t testing.TB, literal string) bool {
	_, ok := decimalOf(t, literal)
	return ok
}
