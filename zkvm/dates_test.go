package zkvm

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/transcript"
	"github.com/zkpass-go/zkpass/query"
)

// dateQuery is a query over one document, at a time.
type dateQuery struct {
	program *query.Program
	doc     *document.Document
	st      Statement
	secrets []Secret
}

func newDateQuery(t testing.TB, text, payload string, format query.Format, now time.Time) *dateQuery {
	t.Helper()
	p, err := query.Compile([]byte(text), []string{""}, query.WithFormat("", format))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := document.Parse([]byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	d, s := sign(t, testKey, payload)
	if d.Class, err = ClassFor(len(payload), 8); err != nil {
		t.Fatal(err)
	}
	return &dateQuery{p, doc, Statement{Program: p, Time: now.Unix(), Documents: []Document{d}}, []Secret{s}}
}

func (q *dateQuery) with(output string) *Statement {
	st := q.st
	st.Output = []byte(output)
	return &st
}

// check runs the honest witness for an output: "" if all holds, else the label of
// what does not, or why no witness can be laid out.
func (q *dateQuery) check(t testing.TB, output string) string {
	t.Helper()
	p, err := newPlan(q.with(output), q.secrets, rand.Reader)
	if errors.Is(err, errOutput) {
		return err.Error()
	}
	if err != nil {
		t.Fatal(err)
	}
	_, r, err := p.relate(transcript.New([]byte("dates")), nil, true)
	if errors.Is(err, libzk.ErrChallenge) {
		return "a product that must not be zero"
	}
	if err != nil {
		t.Fatal(err)
	}
	err = p.gf.Check(r.GF, p.secrets.GF)
	var v *circuit.Violation
	if err != nil && !errors.As(err, &v) {
		t.Fatal(err)
	}
	if v != nil {
		return v.Label
	}
	return ""
}

// evaluated is what the evaluator has.
func (q *dateQuery) evaluated(t testing.TB) string {
	t.Helper()
	out, err := q.program.Eval(map[string]*document.Document{"": q.doc}, time.Unix(q.st.Time, 0))
	if err != nil {
		t.Fatal(err)
	}
	return string(out.JSON)
}

// agree holds the circuit against the evaluator: the output passes and others do
// not, or none passes where the evaluator has an error.
func (q *dateQuery) agree(t testing.TB) (output string) {
	t.Helper()
	s := &subject{q.program, map[string]*document.Document{"": q.doc}, q.st, q.secrets}
	out, err := q.program.Eval(s.docs, time.Unix(q.st.Time, 0))
	if err == nil {
		if err := s.check(out.JSON, rand.Reader, everything); err != nil {
			t.Errorf("%s: %v", out.JSON, err)
		}
	}
	for _, other := range q.others(out) {
		if refusal := s.check([]byte(other), rand.Reader, unsigned); other != string(out.JSON) && !refused(refusal) {
			t.Errorf("%s: %v, the evaluator says %s, %v", other, refusal, out.JSON, err)
		}
	}
	return string(out.JSON)
}

// others are outputs that a forger might want.
func (q *dateQuery) others(out query.Outputs) []string {
	list := []string{"{}"}
	if len(out.Results) == 0 { // an error
		for _, v := range []string{"0", "1", "25", "-4194304", "true", "false"} {
			var members []string
			for _, name := range q.program.Outputs {
				members = append(members, fmt.Sprintf("%q:%s", name, v))
			}
			list = append(list, "{"+strings.Join(members, ",")+"}")
		}
		return list
	}
	for i, r := range out.Results {
		for _, wrong := range wrongValues(r.Value) {
			var members []string
			for j, r := range out.Results {
				text := valueText(r.Value)
				if i == j {
					text = wrong
				}
				members = append(members, fmt.Sprintf("%q:%s", r.Name, text))
			}
			list = append(list, "{"+strings.Join(members, ",")+"}")
		}
	}
	return list
}

// valueText is a value as it is output.
func valueText(v query.Value) string {
	if v.Array {
		var elems []string
		for _, e := range v.Elems {
			elems = append(elems, valueText(e))
		}
		return "[" + strings.Join(elems, ",") + "]"
	}
	switch v.Type {
	case query.Boolean:
		return fmt.Sprint(v.Bool)
	case query.Number:
		return fmt.Sprint(v.Num.Int)
	}
	return string(document.AppendString(nil, v.Str))
}

// wrongValues are texts of values near a value.
func wrongValues(v query.Value) (list []string) {
	switch {
	case v.Array:
		list = []string{"0"}
		if len(v.Elems) > 0 {
			short, more, changed := v, v, v
			short.Elems = v.Elems[1:]
			more.Elems = append(v.Elems[:len(v.Elems):len(v.Elems)], v.Elems[0])
			changed.Elems = append([]query.Value(nil), v.Elems...)
			changed.Elems[0].Num.Int++
			list = append(list, valueText(short), valueText(more), valueText(changed), "[]")
		}
	case v.Type == query.Boolean:
		list = []string{fmt.Sprint(!v.Bool)}
	case v.Type == query.Number:
		list = []string{fmt.Sprint(v.Num.Int + 1), fmt.Sprint(v.Num.Int - 1), fmt.Sprint(-v.Num.Int)}
	default:
		list = []string{string(document.AppendString(nil, v.Str+"x"))}
	}
	return list
}

// Where dates stand in a program.
func TestDatesInPrograms(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const payload = `{"born":"2000-02-18","_born_zkpass_public_":true,"secret":"17.02.2000","bad":"2001-02-29","_bad_zkpass_public_":true,` +
		`"n":25,"_n_zkpass_public_":true,"t":true,"f":false,"when":"2025/03/01","_when_zkpass_public_":true,"days":9131}`
	now := time.Date(2025, 2, 17, 12, 0, 0, 0, time.UTC)
	age := func(m string) string { return `{"get_age":[{"dvar":"` + m + `"},"YYYY-MM-DD"]}` }
	for name, c := range map[string]struct{ query, want string }{
		"output":              {`[{"output":{"a":` + age("born") + `}}]`, `{"a":24}`},
		"both, both formats":  {`[{"output":{"a":` + age("born") + `}},{"output":{"b":{"get_day_diff":[{"dvar":"born"},"YYYY-MM-DD"]}}}]`, `{"a":24,"b":9131}`},
		"adult":               {`[{"output":{"a":{">=":[` + age("born") + `,24]}}}]`, `{"a":true}`},
		"not adult":           {`[{"output":{"a":{">=":[` + age("born") + `,25]}}}]`, `{"a":false}`},
		"unmarked, compared":  {`[{"output":{"a":{"<":[{"get_age":[{"dvar":"secret"},"DD/MM/YYYY"]},25]}}}]`, `{"a":false}`},
		"unmarked":            {`[{"output":{"a":{"get_age":[{"dvar":"secret"},"DD/MM/YYYY"]}}}]`, ``},
		"unmarked, by local":  {`[{"assign":{"x":{"get_day_diff":[{"dvar":"secret"},"DD/MM/YYYY"]}}},{"output":{"a":{"lvar":"x"}}}]`, ``},
		"marked, by local":    {`[{"assign":{"x":{"get_day_diff":[{"dvar":"when"},"YYYY-MM-DD"]}}},{"output":{"a":{"lvar":"x"}}}]`, `{"a":-12}`},
		"date by local":       {`[{"assign":{"x":{"dvar":"born"}}},{"output":{"a":{"get_age":[{"lvar":"x"},"YYYY-MM-DD"]}}}]`, `{"a":24}`},
		"secret by local":     {`[{"assign":{"x":{"dvar":"secret"}}},{"output":{"a":{"get_age":[{"lvar":"x"},"DD/MM/YYYY"]}}}]`, ``},
		"bad":                 {`[{"output":{"a":{"==":[` + age("bad") + `,23]}}}]`, ``},
		"bad, assigned":       {`[{"assign":{"x":` + age("bad") + `}},{"output":{"a":true}}]`, ``},
		"bad, not needed":     {`[{"output":{"a":{"or":[{"dvar":"t"},{"==":[` + age("bad") + `,23]}]}}}]`, `{"a":true}`},
		"bad, not executed":   {`[{"if":{"condition":{"dvar":"f"},"then":[{"output":{"a":` + age("bad") + `}}],"else":[{"output":{"a":1}}]}}]`, `{"a":1}`},
		"later, not needed":   {`[{"output":{"a":{"and":[{"dvar":"f"},{"==":[` + age("when") + `,0]}]}}}]`, `{"a":false}`},
		"later":               {`[{"output":{"a":` + age("when") + `}}]`, ``},
		"missing":             {`[{"output":{"a":{"==":[` + age("none") + `,1]}}}]`, ``},
		"missing, not needed": {`[{"output":{"a":{"and":[{"dvar":"f"},{"==":[` + age("none") + `,1]}]}}}]`, `{"a":false}`},
		"value of a number":   {`[{"output":{"a":` + age("n") + `}}]`, ``},
		"boolean":             {`[{"output":{"a":` + age("t") + `}}]`, ``},
		"another format":      {`[{"output":{"a":{"==":[{"get_age":[{"dvar":"born"},"DD/MM/YYYY"]},24]}}}]`, ``},
		"with a member":       {`[{"output":{"a":{"==":[{"get_day_diff":[{"dvar":"born"},"YYYY-MM-DD"]},{"dvar":"days"}]}}}]`, `{"a":true}`},
		"with a member, !=":   {`[{"output":{"a":{"!=":[{"dvar":"n"},` + age("born") + `]}}}]`, `{"a":true}`},
		"with one another":    {`[{"output":{"a":{"<":[` + age("born") + `,{"get_age":[{"dvar":"secret"},"DD/MM/YYYY"]}]}}}]`, `{"a":true}`},
		"equal":               {`[{"output":{"a":{"==":[` + age("born") + `,{"get_age":[{"dvar":"secret"},"DD/MM/YYYY"]}]}}}]`, `{"a":false}`},
		"same":                {`[{"output":{"a":{"==":[` + age("born") + `,` + age("born") + `]}}}]`, `{"a":true}`},
		"with now":            {`[{"output":{"a":{"<":[` + age("born") + `,{"now":[]}]}}}]`, `{"a":true}`},
		"is now":              {`[{"output":{"a":{"==":[{"now":[]},` + age("born") + `]}}}]`, `{"a":false}`},
		"with a string":       {`[{"output":{"a":{"==":[` + age("born") + `,{"dvar":"bad"}]}}}]`, ``},
		"literal":             {`[{"output":{"a":{"get_day_diff":["2025-03-01","YYYY-MM-DD"]}}}]`, `{"a":-12}`},
		"literal by local":    {`[{"assign":{"x":"1925-02-18"}},{"output":{"a":{"get_age":[{"lvar":"x"},"YYYY-MM-DD"]}}}]`, `{"a":99}`},
		"bad literal":         {`[{"assign":{"x":"2001-02-29"}},{"output":{"a":{"get_age":[{"lvar":"x"},"YYYY-MM-DD"]}}}]`, ``},
		"later literal":       {`[{"output":{"a":{"get_age":["2025-02-18","YYYY-MM-DD"]}}}]`, ``},
		"literals, equal":     {`[{"output":{"a":{"==":[{"get_age":["2000-02-18","YYYY-MM-DD"]},24]}}}]`, `{"a":true}`},
		"either, literal": {`[{"if":{"condition":{"dvar":"f"},"then":[{"assign":{"x":{"dvar":"secret"}}}],"else":[{"assign":{"x":"18.02.2024"}}]}},` +
			`{"output":{"a":{"get_age":[{"lvar":"x"},"DD/MM/YYYY"]}}}]`, `{"a":0}`},
		"either, unmarked": {`[{"if":{"condition":{"dvar":"t"},"then":[{"assign":{"x":{"dvar":"secret"}}}],"else":[{"assign":{"x":"18.02.2024"}}]}},` +
			`{"output":{"a":{"get_age":[{"lvar":"x"},"DD/MM/YYYY"]}}}]`, ``},
		"either, marked": {`[{"if":{"condition":{"dvar":"t"},"then":[{"assign":{"x":{"dvar":"born"}}}],"else":[{"assign":{"x":{"dvar":"bad"}}}]}},` +
			`{"assign":{"y":{"get_age":[{"lvar":"x"},"YYYY-MM-DD"]}}},{"output":{"a":{"lvar":"y"}}}]`, `{"a":24}`},
		"either, bad": {`[{"if":{"condition":{"dvar":"f"},"then":[{"assign":{"x":{"dvar":"born"}}}],"else":[{"assign":{"x":{"dvar":"bad"}}}]}},` +
			`{"output":{"a":{"get_age":[{"lvar":"x"},"YYYY-MM-DD"]}}}]`, ``},
		"age or member": {`[{"if":{"condition":{"dvar":"f"},"then":[{"assign":{"x":` + age("born") + `}}],"else":[{"assign":{"x":{"dvar":"n"}}}]}},` +
			`{"output":{"a":{"lvar":"x"}}}]`, `{"a":25}`},
		"age or days": {`[{"if":{"condition":{"dvar":"t"},"then":[{"assign":{"x":` + age("born") + `}}],"else":[{"assign":{"x":{"get_day_diff":[{"dvar":"secret"},"DD/MM/YYYY"]}}}]}},` +
			`{"output":{"a":{"lvar":"x"}}},{"output":{"b":{">":[{"lvar":"x"},24]}}}]`, `{"a":24,"b":false}`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := newDateQuery(t, c.query, payload, query.JWT, now).agree(t); got != c.want {
				t.Errorf("the evaluator has %q, want %q", got, c.want)
			}
		})
	}
}

func TestDateProofs(t *testing.T) {
	const payload = `{"data":{"born":"1990-02-18","_born_zkpass_public_":true,"name":"Ann"}}`
	now := time.Date(2025, 2, 17, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct{ query, output, wrong string }{
		{`[{"output":{"r":{"get_age":[{"dvar":"born"},"YYYY-MM-DD"]}}}]`, `{"r":34}`, `{"r":35}`},
		{`[{"output":{"r":{"get_day_diff":[{"dvar":"born"},"YYYY-MM-DD"]}}}]`, `{"r":12783}`, `{"r":12784}`},
		{`[{"output":{"r":{">=":[{"get_age":[{"dvar":"born"},"YYYY-MM-DD"]},35]}}}]`, `{"r":false}`, `{"r":true}`},
		{`[{"output":{"r":{"==":[{"dvar":"born"},"1990-02-19"]}}}]`, `{"r":false}`, `{"r":true}`},
	} {
		q := newDateQuery(t, c.query, payload, query.ZkPass, now)
		proof, err := Prove(context.Background(), q.with(c.output), q.secrets)
		if err != nil {
			t.Fatalf("%s: %v", c.query, err)
		}
		if err := Verify(q.with(c.output), proof); err != nil {
			t.Errorf("%s: %v", c.query, err)
		}
		t.Logf("%d bytes: %s", len(proof), c.query)
		if err := Verify(q.with(c.wrong), proof); !errors.Is(err, ErrProof) {
			t.Errorf("%s: an honest proof of another output: %v", c.query, err)
		}
		// A forger proves the wrong output without looking.
		st := q.with(c.wrong)
		p, err := newPlan(st, q.secrets, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		forged, err := p.system.ProveUnchecked(st.encode(), p.secrets, rand.Reader, func(tr *transcript.Transcript) ([]byte, *libzk.Relations, error) {
			return p.relate(tr, nil, true)
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := Verify(st, forged); !errors.Is(err, ErrProof) {
			t.Errorf("%s: a forged proof: %v", c.query, err)
		}
		// The day after is the birthday: the evaluation date is part of what is proven.
		st = q.with(c.output)
		st.Time += 24 * 60 * 60
		if err := Verify(st, proof); !errors.Is(err, ErrProof) {
			t.Errorf("%s: at another time: %v", c.query, err)
		}
	}
}

func TestEvaluationYears(t *testing.T) {
	for at, ok := range map[time.Time]bool{
		time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC): true, time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC): true,
		time.Date(0, 12, 31, 23, 59, 59, 0, time.UTC): false, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC): false,
	} {
		q := newDateQuery(t, `[{"output":{"r":{"get_day_diff":[{"dvar":"d"},"YYYY-MM-DD"]}}}]`, `{"d":"2000-01-01"}`, query.JWT, at)
		if _, err := newPlan(q.with(`{"r":1}`), nil, nil); (err == nil) != ok {
			t.Errorf("%v: %v", at, err)
		}
	}
}

// What stops a prover who has all but one thing right.
func TestWhatStopsDates(t *testing.T) {
	const payload = `{"secret":"17.02.2000","bad":"2001-02-29","later":"2025-02-18","n":0}`
	now := time.Date(2025, 2, 17, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct{ query, output, want string }{
		{`[{"output":{"a":{"get_age":[{"dvar":"secret"},"DD/MM/YYYY"]}}}]`, `{"a":25}`, "disclosable output"},
		{`[{"assign":{"x":{"get_day_diff":[{"dvar":"secret"},"DD/MM/YYYY"]}}},{"output":{"a":{"lvar":"x"}}}]`, `{"a":9132}`, "disclosable output"},
		{`[{"output":{"a":{"==":[{"get_age":[{"dvar":"secret"},"DD/MM/YYYY"]},25]}}}]`, `{"a":false}`, "output equals the public value"},
		{`[{"output":{"a":{"==":[{"get_age":[{"dvar":"bad"},"YYYY-MM-DD"]},0]}}}]`, `{"a":true}`, "date wanted"},
		{`[{"output":{"a":{"==":[{"get_day_diff":[{"dvar":"bad"},"YYYY-MM-DD"]},0]}}}]`, `{"a":false}`, "date wanted"},
		{`[{"output":{"a":{"==":[{"get_age":[{"dvar":"later"},"YYYY-MM-DD"]},0]}}}]`, `{"a":true}`, "date wanted"},
		{`[{"output":{"a":{"==":[{"get_age":[{"dvar":"n"},"YYYY-MM-DD"]},0]}}}]`, `{"a":true}`, "date wanted"},
		{`[{"assign":{"x":{"get_age":[{"dvar":"none"},"YYYY-MM-DD"]}}},{"output":{"a":true}}]`, `{"a":true}`, "date wanted"},
		{`[{"assign":{"x":"2001-02-29"}},{"output":{"a":{"==":[{"get_age":[{"lvar":"x"},"YYYY-MM-DD"]},0]}}}]`, `{"a":true}`, "date wanted"},
		{`[{"output":{"a":{"==":[{"get_age":["2025-02-18","YYYY-MM-DD"]},0]}}}]`, `{"a":true}`, "date wanted"},
	} {
		if got := newDateQuery(t, c.query, payload, query.JWT, now).check(t, c.output); got != c.want {
			t.Errorf("%s, %s: stopped by %q, want %q", c.query, c.output, got, c.want)
		}
	}
}
