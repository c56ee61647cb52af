package zkvm

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/query"
)

// questions asks many things of one document in one statement, each as an output of
// its own. What the evaluator has must hold, and nothing else of any one question.
func questions(t *testing.T, payload string, expressions ...string) {
	t.Helper()
	var statements []string
	for i, e := range expressions {
		statements = append(statements, fmt.Sprintf(`{"output":{"o%d":%s}}`, i, e))
	}
	q := ask(t, "["+strings.Join(statements, ",")+"]", payload)
	if q.output == nil {
		t.Fatalf("%v over %s: the evaluator has no result", expressions, payload)
	}
	if err := q.try(string(q.output)); err != nil {
		t.Errorf("%v over %s: output %s: %v", expressions, payload, q.output, err)
	}
	var outputs map[string]bool
	if err := json.Unmarshal(q.output, &outputs); err != nil {
		t.Fatal(err)
	}
	for i, e := range expressions {
		name := fmt.Sprint(`"o`, i, `":`)
		was := outputs[fmt.Sprint("o", i)]
		other := strings.Replace(string(q.output), name+fmt.Sprint(was), name+fmt.Sprint(!was), 1)
		if err := q.try(other); err == nil {
			t.Errorf("%s over %s: %v is proven", e, payload, !was)
		}
	}
}

// affixes are all questions of two operands.
func affixes(h, n string) (list []string) {
	for _, op := range []string{"starts_with", "!starts_with", "~starts_with", "~!starts_with", "ends_with", "!ends_with", "~ends_with", "~!ends_with"} {
		list = append(list, `{"`+op+`":[`+h+`,`+n+`]}`)
	}
	return list
}

func TestStartsEnds(t *testing.T) {
	t.Parallel()
	payload := `{"h":"Bandung, Jawa","s":"bandung","e":"Jawa","w":"Bandung, Jawa","o":"","i":12,"l":"Bandung, Jawa!"%s}`
	operands := []string{`{"dvar":"h"}`, `{"dvar":"s"}`, `{"dvar":"e"}`, `{"dvar":"w"}`, `{"dvar":"o"}`, `{"dvar":"l"}`,
		`"Bandung, Jawa"`, `"bandung"`, `"jawa"`, `""`, `"Jawa\""`, `"\"Bandung"`, `"a"`, `"Bandung, Jawa Barat"`}
	k := 0
	for _, tail := range []string{"", `,"x":"\n"`} {
		var list []string
		for _, h := range operands {
			for _, n := range operands {
				if k++; !testing.Short() || k%5 == 0 {
					list = append(list, affixes(h, n)[k%8])
				}
			}
		}
		for chunk := range slices.Chunk(list, 25) {
			q := append(chunk, `{"ends_with":[{"dvar":"o"},{"dvar":"o"}]}`)
			if tail != "" {
				q = append(q, `{"==":[{"dvar":"x"},"\n"]}`)
			}
			questions(t, fmt.Sprintf(payload, tail), q...)
		}
	}
	for _, bad := range []string{`{"dvar":"i"}`, `{"dvar":"zz"}`} {
		for _, op := range []string{"starts_with", "~ends_with"} {
			expression(t, `{"`+op+`":[`+bad+`,"a"]}`, fmt.Sprintf(payload, ""))
			expression(t, `{"`+op+`":["a",`+bad+`]}`, fmt.Sprintf(payload, ""))
			expression(t, `{"or":[true,{"`+op+`":[`+bad+`,{"dvar":"h"}]}]}`, fmt.Sprintf(payload, ""))
		}
	}
	// Alone, so that nothing else of the query folds the document.
	for _, op := range []string{"~starts_with", "~ends_with", "~contains"} {
		for _, tail := range []string{"", `,"x":"\n"`} {
			questions(t, fmt.Sprintf(payload, tail), `{"`+op+`":[{"dvar":"h"},"bandung, jawa"]}`)
		}
	}
	// What is not needed may be of any kind.
	for _, value := range []string{`{"a":1}`, `[]`, `"x"`, `null`, `true`, `-1`} {
		for _, op := range []string{"starts_with", "ends_with"} {
			for _, tail := range []string{"", `,"x":"\n"`} {
				expression(t, `{"or":[{"exists":"s"},{"`+op+`":[{"dvar":"a"},"b"]},{"`+op+`":["ab",{"dvar":"a"}]},{"`+op+`":[{"dvar":"s"},{"dvar":"a"}]},{"`+op+`":[{"dvar":"a"},{"dvar":"s"}]}]}`,
					`{"s":"abc","a":`+value+tail+`}`)
			}
		}
	}
}

// TestStartsEndsRandom asks of random strings over few characters.
func TestStartsEndsRandom(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	word := func() string {
		b := make([]byte, r.IntN(5))
		for i := range b {
			b[i] = "abA"[r.IntN(3)]
		}
		return string(b)
	}
	value := func() string {
		text := word()
		if r.IntN(3) == 0 {
			return `"` + text + `\u0061"`
		}
		return `"` + text + `"`
	}
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	for range rounds {
		payload := fmt.Sprintf(`{"m0":%s,"m1":%s,"m2":%s,"m3":%s}`, value(), value(), value(), value())
		operand := func() string {
			if r.IntN(2) == 0 {
				return `"` + word() + `"`
			}
			return fmt.Sprintf(`{"dvar":"m%d"}`, r.IntN(4))
		}
		var list []string
		for range 16 {
			list = append(list, affixes(operand(), operand())[r.IntN(8)])
		}
		questions(t, payload, list...)
	}
}

// TestStartsEndsLimits: strings and literals of 256 bytes, that start and end alike.
func TestStartsEndsLimits(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("aB", query.MaxString/2)
	for _, first := range []string{"a", `\u0061`} {
		payload := `{"h":"` + first + long[1:] + `","n":"` + long[1:] + `","m":"` + long[:255] + `","x":"` + long[:254] + `b"}`
		questions(t, payload,
			`{"starts_with":[{"dvar":"h"},"`+long+`"]}`, `{"ends_with":[{"dvar":"h"},"`+long+`"]}`, `{"starts_with":["`+long+`",{"dvar":"h"}]}`, `{"ends_with":["`+long+`",{"dvar":"h"}]}`,
			`{"starts_with":[{"dvar":"h"},{"dvar":"m"}]}`, `{"ends_with":[{"dvar":"h"},{"dvar":"n"}]}`, `{"starts_with":[{"dvar":"m"},{"dvar":"h"}]}`, `{"ends_with":[{"dvar":"n"},{"dvar":"h"}]}`,
			`{"starts_with":[{"dvar":"h"},"`+long[1:]+`"]}`, `{"ends_with":[{"dvar":"h"},"`+long[:255]+`"]}`, `{"starts_with":[{"dvar":"h"},{"dvar":"x"}]}`, `{"ends_with":[{"dvar":"x"},{"dvar":"h"}]}`)
	}
}

// TestStartsEndsLies: each answer is held both ways by the form that is its own.
func TestStartsEndsLies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ h, n, label string }{
		{`{"dvar":"h"}`, `"%s"`, "string at the %s of a member"},
		{`"abcab"`, `{"dvar":"%s"}`, "member at the %s of a literal"},
		{`{"dvar":"h"}`, `{"dvar":"%s"}`, "member at the %s of a member"},
	} {
		for op, place := range map[string]string{"starts_with": "start", "ends_with": "end"} {
			for _, needle := range []string{"ab", "bc", "abcabc", "x"} {
				for _, tail := range []string{"", `,"z":"\n"`} {
					n := fmt.Sprintf(c.n, needle)
					text := boolean(`{"and":[{"` + op + `":[` + c.h + `,` + n + `]},{"==":[{"dvar":"z"},"\n"]}]}`)
					if tail == "" {
						text = boolean(`{"` + op + `":[` + c.h + `,` + n + `]}`)
					}
					q := ask(t, text, `{"h":"abcab","ab":"ab","bc":"bc","abcabc":"abcabc","x":"x"`+tail+`}`)
					claim, label := `{"r":true}`, fmt.Sprintf(c.label, place)
					if string(q.output) == claim {
						claim, label = `{"r":false}`, zeroProduct
					}
					newAttack(t, q.claim(claim), cheat{secrets: func(a *attack) {
						tests := a.rows(t, fmt.Sprintf(c.label, place))
						if len(tests) != 1 {
							t.Fatal("one question was meant")
						}
						answer := tests[0].A
						a.set(!a.get(answer), answer)
						for _, row := range a.rows(t, "equal") { // what the next operand makes of it
							a.set(claim == yes, row.C)
						}
					}}).refused(t, label, needle == "ab" && tail == "")
				}
			}
		}
	}
}

// rows are those with a label.
func (a *attack) rows(t *testing.T, label string) (list []libzk.Row) {
	t.Helper()
	_, r, err := a.relate(transcript.New([]byte("rows")))
	if err != nil {
		t.Fatal(err)
	}
	w := newWired(r.GF)
	for i, row := range w.r.Rows {
		if w.rowLabel(i) == label {
			list = append(list, row)
		}
	}
	return list
}
