package query

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/zkpass-go/zkpass/document"
)

var testNow = time.Date(2025, 2, 17, 12, 0, 0, 0, time.UTC)

func evalText(t testing.TB, text, payload string) (Outputs, error) {
	t.Helper()
	return evaluate(mustCompile(t, text, WithFormat("", JWT)), map[string][]byte{"": []byte(payload)}, testNow)
}

func TestResults(t *testing.T) {
	out, err := evalText(t, `[{"output":{"z \"":{"dvar":"s"}}},{"output":{"n":{"dvar":"k[].n"}}},{"output":{"b":{"dvar":"b"}}},{"output":{"e":{"dvar":"e[]"}}},{"output":{"a":{"get_age":[{"dvar":"d[]"},"YYYY-MM-DD"]}}}]`,
		`{"s":"<\u0001>","_s_zkpass_public_":true,"k":[{"n":1,"_n_zkpass_public_":true}],"b":false,"e":[],"_e_zkpass_public_":true,"d":["2000-02-29"],"_d_zkpass_public_":true}`)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(out.JSON), `{"z \"":"<\u0001>","n":[1],"b":false,"e":[],"a":[24]}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	want := []Result{
		{`z "`, Value{Type: String, Str: "<\x01>"}},
		{"n", Value{Type: Number, Array: true, Elems: []Value{{Type: Number, Num: document.Decimal{Int: 1}}}}},
		{"b", Value{Type: Boolean}},
		{"e", Value{Array: true}},
		{"a", Value{Type: Number, Array: true, Elems: []Value{{Type: Number, Num: document.Decimal{Int: 24}}}}},
	}
	if diff := cmp.Diff(want, out.Results); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
}

// Cases at the edges of the rules, beside those in testdata. An empty want is an
// evaluation error.
func TestEvalEdges(t *testing.T) {
	for name, c := range map[string]struct{ query, payload, want string }{
		"boolean member needs no look at its marker":      {output(`{"dvar":"b"}`), `{"b":true,"_b_zkpass_public_":true,"_b_zkpass_public_":true}`, `{"r":true}`},
		"marker of a value that is only compared":         {output(`{"==":[{"dvar":"s"},"x"]}`), `{"s":"x","_s_zkpass_public_":1,"_s_zkpass_public_":1}`, `{"r":true}`},
		"local that is a boolean on this way":             {`[{"if":{"condition":{"exists":"s"},"then":[{"assign":{"x":{"dvar":"s"}}}],"else":[{"assign":{"x":true}}]}},{"output":{"r":{"lvar":"x"}}}]`, `{}`, `{"r":true}`},
		"local that is undisclosed on this way":           {`[{"if":{"condition":{"exists":"s"},"then":[{"assign":{"x":{"dvar":"s"}}}],"else":[{"assign":{"x":true}}]}},{"output":{"r":{"lvar":"x"}}}]`, `{"s":1}`, ``},
		"age of a literal needs no marker":                {output(`{"get_age":["2000-02-29","YYYY-MM-DD"]}`), `{}`, `{"r":24}`},
		"array of marked arrays' elements":                {output(`{"dvar":"a[][0]"}`), `{"a":[[1],[2,"x"]],"_a_zkpass_public_":true}`, `{"r":[1,2]}`},
		"marker in an element is not the array's":         {output(`{"dvar":"a[]"}`), `{"a":[1],"_b_zkpass_public_":true}`, ``},
		"marker below the element":                        {output(`{"dvar":"a[].o.n"}`), `{"a":[{"o":{"n":1,"_n_zkpass_public_":true}}]}`, `{"r":[1]}`},
		"marker beside the element's object only":         {output(`{"dvar":"a[].o.n"}`), `{"a":[{"o":{"n":1},"_n_zkpass_public_":true}]}`, ``},
		"array member not looked into by exists":          {output(`{"exists":"a"}`), `{"a":[{"\u0061":1}]}`, `{"r":true}`},
		"exists in an object with an escaped name":        {output(`{"exists":"a.b"}`), `{"a":{"\u0063":1}}`, `{"r":false}`},
		"exists of an escaped name":                       {output(`{"exists":"a.c"}`), `{"\u0061":{"\u0063":1}}`, `{"r":true}`},
		"is of a number without a value":                  {output(`{"is":["n","number"]}`), `{"n":1e400}`, `{"r":true}`},
		"is of a long string":                             {output(`{"is":["s","string"]}`), `{"s":"` + strings.Repeat("x", 300) + `"}`, `{"r":true}`},
		"is of null":                                      {output(`{"is":["s","null"]}`), `{"s":null}`, `{"r":true}`},
		"is of what is not there":                         {output(`{"is":["s.t","null"]}`), `{"s":7}`, `{"r":false}`},
		"is of an element":                                {output(`{"is":["s[1].t","array"]}`), `{"s":[1,{"t":[]}]}`, `{"r":true}`},
		"fractions compare exactly":                       {output(`{"<":[0.1,{"dvar":"n"}]}`), `{"n":0.100000001}`, `{"r":true}`},
		"fraction of a negative number":                   {output(`{"<":[{"dvar":"n"},-1]}`), `{"n":-1.000000001}`, `{"r":true}`},
		"fraction against now":                            {output(`{"<":[{"now":[]},{"dvar":"n"}]}`), `{"n":9999999999.5}`, `{"r":true}`},
		"integer by value is output as one":               {output(`{"dvar":"n"}`), `{"n":-7.00,"_n_zkpass_public_":true}`, `{"r":-7}`},
		"literal that is an integer by value":             {output(`-0.00`), `{}`, `{"r":0}`},
		"fraction in a list":                              {output(`{"in":[{"dvar":"n"},[1,1.50]]}`), `{"n":1.5}`, `{"r":true}`},
		"needle longer than the haystack":                 {output(`{"or":[{"starts_with":[{"dvar":"s"},"ab"]},{"ends_with":[{"dvar":"s"},"ba"]}]}`), `{"s":"a"}`, `{"r":false}`},
		"empty needle":                                    {output(`{"and":[{"starts_with":[{"dvar":"s"},""]},{"~ends_with":["",{"dvar":"s"}]}]}`), `{"s":""}`, `{"r":true}`},
		"end of an address":                               {output(`{"ends_with":[{"dvar":"s"},"@example.com"]}`), `{"s":"x@example.com.evil.org"}`, `{"r":false}`},
		"folding at the end":                              {output(`{"~!ends_with":[{"dvar":"s"},"@EXAMPLE.com"]}`), `{"s":"x@example.COM"}`, `{"r":false}`},
		"time with an offset":                             {output(`{"==":[{"get_time":[{"dvar":"s"},"RFC3339"]},60]}`), `{"s":"1970-01-02t00:00:00.999999999+23:59"}`, `{"r":true}`},
		"time of an unmarked string":                      {output(`{"get_time":[{"dvar":"s"},"RFC3339"]}`), `{"s":"1970-01-01T00:00:00Z"}`, ``},
		"exists of a long string":                         {output(`{"exists":"s"}`), `{"s":"` + strings.Repeat("x", 300) + `"}`, `{"r":true}`},
		"exists of an odd number":                         {output(`{"exists":"n"}`), `{"n":1e400}`, `{"r":true}`},
		"exists of an index into an object":               {output(`{"exists":"o[0]"}`), `{"o":{"0":1}}`, `{"r":false}`},
		"count of a null":                                 {output(`{"==":[{"count":"a[]"},0]}`), `{"a":null}`, ``},
		"count of a string":                               {output(`{"==":[{"count":"a[]"},0]}`), `{"a":"x"}`, ``},
		"count of odd elements":                           {output(`{"==":[{"count":"a[]"},4]}`), `{"a":[null,1.5,{"\u0061":1},"` + strings.Repeat("x", 300) + `"]}`, `{"r":true}`},
		"count of 1024":                                   {output(`{"==":[{"count":"a[]"},1024]}`), `{"a":[` + strings.Repeat("1,", 1023) + `1]}`, `{"r":true}`},
		"count of 1025":                                   {output(`{"==":[{"count":"a[]"},1025]}`), `{"a":[` + strings.Repeat("1,", 1024) + `1]}`, ``},
		"33 beside a member":                              {output(`{"==":[{"dvar":"a[]"},{"dvar":"b"}]}`), `{"b":1,"a":[` + strings.Repeat("1,", 32) + `1]}`, ``},
		"33 beside a plain path":                          {`{"==":["b",{"dvar":"a[]"}]}`, `{"b":1,"a":[` + strings.Repeat("1,", 32) + `1]}`, ``},
		"33 beside now":                                   {output(`{"==":[{"dvar":"a[]"},{"now":[]}]}`), `{"a":[` + strings.Repeat("1,", 32) + `1]}`, `{"r":false}`},
		"filter looks at all elements":                    {output(`{"==":[{"dvar":"a[?f].n"},1]}`), `{"a":[{"f":true,"n":1},null]}`, ``},
		"filter's long string":                            {output(`{"==":[{"count":"a[?f == 'x']"},0]}`), `{"a":[{"f":"` + strings.Repeat("x", 257) + `"}]}`, ``},
		"filter's string of 256 bytes":                    {output(`{"==":[{"count":"a[?f == 'x']"},0]}`), `{"a":[{"f":"` + strings.Repeat(`\u0078`, 256) + `"}]}`, `{"r":true}`},
		"filter's string of 257 bytes":                    {output(`{"==":[{"count":"a[?f == 'x']"},0]}`), `{"a":[{"f":"` + strings.Repeat(`\u0078`, 257) + `"}]}`, ``},
		"filter's string at the limit":                    {output(`{"==":[{"count":"a[?f == 'x']"},0]}`), `{"a":[{"f":"` + strings.Repeat("x", 256) + `"}]}`, `{"r":true}`},
		"negated filter of a text":                        {output(`{"==":[{"count":"a[?!f]"},0]}`), `{"a":[{"f":"x"}]}`, ``},
		"long string in an element that is not kept":      {output(`{"==":[{"dvar":"a[?f].s"},"x"]}`), `{"a":[{"f":true,"s":"x"},{"s":"` + strings.Repeat("x", 300) + `"}]}`, `{"r":true}`},
		"empty array beside a string in <":                {output(`{"<":[{"dvar":"e[]"},{"dvar":"s"}]}`), `{"e":[],"s":"x"}`, ``},
		"empty array beside an integer in ~==":            {output(`{"~==":[{"dvar":"n"},{"dvar":"e[]"}]}`), `{"e":[],"n":1}`, ``},
		"empty array beside anything in ==":               {output(`{"==":[{"dvar":"e[]"},{"dvar":"s"},"or"]}`), `{"e":[],"s":1}`, `{"r":false}`},
		"empty array of strings in <":                     {output(`{"<":[{"dvar":"e[]"},1]}`), `{"e":[]}`, `{"r":true}`},
		"array of strings in <":                           {output(`{"<":[{"dvar":"e[]"},1]}`), `{"e":["x"]}`, ``},
		"!= of an array, any":                             {output(`{"!=":[{"dvar":"e[]"},1,"or"]}`), `{"e":[1,2]}`, `{"r":true}`},
		"array of booleans":                               {output(`{"==":[true,{"dvar":"e[]"}]}`), `{"e":[true,false]}`, `{"r":false}`},
		"age of an empty array":                           {output(`{"==":[{"get_age":[{"dvar":"e[]"},"DD/MM/YYYY"]},7]}`), `{"e":[]}`, `{"r":true}`},
		"age of an array with one bad date":               {output(`{"<":[{"get_age":[{"dvar":"e[]"},"DD/MM/YYYY"]},7,"or"]}`), `{"e":["01/01/2024","x"]}`, ``},
		"ages of an unmarked array":                       {output(`{"get_age":[{"dvar":"e[]"},"DD/MM/YYYY"]}`), `{"e":["01/01/2024"]}`, ``},
		"days of an unmarked date":                        {output(`{"get_day_diff":[{"dvar":"d"},"DD/MM/YYYY"]}`), `{"d":"01/01/2024"}`, ``},
		"ages of an unmarked array through a local":       {`[{"assign":{"x":{"get_age":[{"dvar":"e[]"},"DD/MM/YYYY"]}}},{"output":{"r":{"lvar":"x"}}}]`, `{"e":[]}`, ``},
		"in with booleans":                                {output(`{"in":[{"dvar":"b"},[false,true]]}`), `{"b":true}`, `{"r":true}`},
		"in of the empty list, any type":                  {output(`{"in":[{"dvar":"b"},[]]}`), `{"b":true}`, `{"r":false}`},
		"contains folds only ASCII":                       {output(`{"~contains":[{"dvar":"h"},{"dvar":"n"}]}`), `{"h":"ÀB","n":"àb"}`, `{"r":false}`},
		"path deeper than documents":                      {output(`{"exists":"a` + strings.Repeat(".a", 40) + `"}`), `{"a":{}}`, `{"r":false}`},
		"duplicate of a name on the way":                  {output(`{"exists":"a.b"}`), `{"a":{},"a":{}}`, ``},
		"duplicate that only an untaken branch looks for": {`[{"if":{"condition":false,"then":[{"output":{"r":{"exists":"a"}}}],"else":[{"output":{"r":1}}]}}]`, `{"a":1,"a":1}`, `{"r":1}`},
		"index past the end, then a member":               {output(`{"exists":"a[5].b"}`), `{"a":[]}`, `{"r":false}`},
		"name that a document must escape":                {output(`{"exists":"\"a\\\"b\""}`), `{"x":1}`, `{"r":false}`},
	} {
		out, err := evalText(t, c.query, c.payload)
		switch {
		case c.want == "" && !errors.Is(err, ErrEval):
			t.Errorf("%s: got %s, %v; want an evaluation error", name, out.JSON, err)
		case c.want != "" && (err != nil || string(out.JSON) != c.want):
			t.Errorf("%s: got %s, %v; want %s", name, out.JSON, err, c.want)
		}
	}
}

func TestErrorsName(t *testing.T) {
	const query = `[{"assign":{"x":1}},{"if":{"condition":true,"then":[{"output":{"the answer":{"dvar":"o.list[?k == 'Yak'].Name"}}}]}}]`
	_, err := evalText(t, query, `{"o":{"list":[{"k":"Yak","Name":"Zebra"}]}}`)
	var e *EvalError
	if !errors.As(err, &e) || !errors.Is(err, ErrUndisclosed) || !errors.Is(err, ErrEval) || errors.Is(err, ErrCompile) {
		t.Fatalf("got %v, want an error that matches ErrUndisclosed and ErrEval", err)
	}
	if want := `statement 2, then 1, output "the answer"`; e.Pos != want {
		t.Errorf("Pos is %s, want %s", e.Pos, want)
	}
	if want := `o.list[?k == '...'].Name`; e.Path != want {
		t.Errorf("Path is %s, want %s", e.Path, want)
	}
	_, err = evalText(t, query, `{"o":{"list":[{"k":"Yak"}]}}`)
	if errors.Is(err, ErrUndisclosed) || !errors.As(err, &e) || e.Path == "" {
		t.Errorf("a missing member: got %v", err)
	}
	// Types that do not fit name the path too.
	_, err = evalText(t, output(`{"not":{"dvar":"a"}}`), `{"a":"Zebra"}`)
	if !errors.As(err, &e) || e.Path != "a" {
		t.Errorf("a wrong type: got %v", err)
	}
	err = compiles(query + "x")
	var c *CompileError
	if !errors.As(err, &c) || errors.Is(err, ErrEval) {
		t.Errorf("got %v, want a CompileError", err)
	}
	err = compiles(`[{"output":{"r":1}},{"if":{"condition":true,"then":[{"assign":{"x":{"and":[true,"no"]}}}]}}]`)
	if !errors.As(err, &c) || c.Pos != "statement 2, then 1, assign x, and 2" {
		t.Errorf("got %v", err)
	}
}

// No error repeats a value of a document, a literal, or what may be one.
func TestErrorsHoldNoValues(t *testing.T) {
	const secret, literal = "Zebra", "Yak"
	for _, query := range []string{
		output(`{"dvar":"a"}`), output(`{"<":[{"dvar":"a"},1]}`), output(`{"and":[{"dvar":"a"}]}`), output(`{"==":[{"dvar":"a"},true]}`), output(`{"dvar":"a.b"}`), output(`{"dvar":"a[0]"}`),
		output(`{"dvar":"a[]"}`), output(`{"get_age":[{"dvar":"a"},"YYYY-MM-DD"]}`), output(`{"dvar":"l[?f == 'Yak'].x"}`), output(`{"count":"l[?f == 'Yak']"}`), output(`{"count":"l[?g]"}`),
		output(`{"in":[{"dvar":"a"},[1]]}`), output(`{"contains":[{"dvar":"n"},"Yak"]}`), output(`{"dvar":"n"}`),
	} {
		_, err := evalText(t, query, `{"a":"Zebra","l":[{"f":"Yak","g":"Zebra","x":"Zebra"}],"n":987654321}`)
		if err == nil || strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), literal) || strings.Contains(err.Error(), "987654321") {
			t.Errorf("%s: %v", query, err)
		}
	}
	for _, query := range []string{
		`{"==":["Yak Yak","x"]}`, output(`{"and":["Yak"]}`), output(`{"dvar":"Yak!"}`), output(`{"exists":"l[?f == 'Yak']"}`), output(`{"get_age":["Yak","YYYY-MM-DD"]}`),
		output(`{"get_age":["2000-01-01","Yak"]}`), output(`{"==":["Yak",1]}`), output(`{"in":["Yak",["Yak",1]]}`), output(`{"==":[1,2,"Yak"]}`), `"Yak"`, output(`"Yak" Yak`),
		output(`{"dvar":"l[?f == 'Yak' ]"}`),
	} {
		if err := compiles(query); !errors.Is(err, ErrCompile) || strings.Contains(err.Error(), literal) {
			t.Errorf("%s: %v", query, err)
		}
	}
}

func TestDocumentsMatchTags(t *testing.T) {
	p, err := Compile([]byte(output("true")), []string{"b", "a"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Source{{Tag: "a"}, {Tag: "b"}}, p.Documents); diff != "" {
		t.Errorf("documents (-want +got):\n%s", diff)
	}
	for _, tags := range [][]string{{}, {"a"}, {"a", "b", "c"}, {"a", "c"}} {
		docs := map[string][]byte{}
		for _, tag := range tags {
			docs[tag] = []byte("{}")
		}
		if out, err := evaluate(p, docs, testNow); !errors.Is(err, ErrEval) {
			t.Errorf("documents %q: got %s, %v", tags, out.JSON, err)
		}
	}
	if out, err := evaluate(p, map[string][]byte{"a": []byte("{}"), "b": []byte("{}")}, testNow); err != nil || string(out.JSON) != `{"r":true}` {
		t.Errorf("got %s, %v", out.JSON, err)
	}
}

func TestSources(t *testing.T) {
	const text = `[{"if":{"condition":{"dvar":"p0"},"then":[{"assign":{"x":{"dvar":"p1"}}}],"else":[{"assign":{"x":{"==":[{"dvar":"p2"},1]}}}]}},
		{"assign":{"y":{"lvar":"x"}}},{"output":{"a":{"lvar":"y"}}},{"output":{"b":{"==":[{"lvar":"y"},{"dvar":"p3"}]}}},
		{"output":{"c":{"count":"p4[]"}}},{"output":{"d":{"get_age":[{"dvar":"p5[]"},"YYYY-MM-DD"]}}},{"output":{"e":"literal"}}]`
	p := mustCompile(t, text)
	want := map[string][]int{"a": {1}, "b": nil, "c": {4}, "d": {5}, "e": nil}
	for _, s := range p.Body {
		if s.Kind != Output {
			continue
		}
		name := p.Outputs[s.Slot]
		if diff := cmp.Diff(want[name], s.Sources); diff != "" {
			t.Errorf("output %s (-want +got):\n%s", name, diff)
		}
	}
	if a := p.Body[2].Expr; a.Type != Unknown || a.Array {
		t.Errorf("type of a is %s, want unknown", a.Type)
	}
	if d := p.Body[5].Expr; d.Type != Number || !d.Array {
		t.Errorf("type of d is %s, array %v", d.Type, d.Array)
	}
}

func FuzzCompile(f *testing.F) {
	for _, c := range readCases(f, "testdata/cases.json") {
		if len(c.Query) < 2000 {
			f.Add([]byte(c.Query))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, tags := range [][]string{{""}, {"a", "bank"}} {
			p, err := Compile(text, tags)
			if err != nil {
				if !errors.Is(err, ErrCompile) {
					t.Fatalf("error of another kind: %v", err)
				}
				continue
			}
			if len(p.Canonical()) == 0 || Explain(p).String() == "" {
				t.Fatal("nothing said about a program")
			}
			// White space between tokens changes nothing.
			var indented json.RawMessage
			if indented, err = json.MarshalIndent(json.RawMessage(text), "", " "); err != nil {
				t.Fatal(err)
			}
			if q, err := Compile(indented, tags); len(indented) <= MaxText && (err != nil || string(q.Canonical()) != string(p.Canonical())) {
				t.Fatalf("another program with white space: %v", err)
			}
		}
	})
}

func FuzzEval(f *testing.F) {
	for _, c := range readCases(f, "testdata/cases.json") {
		if payload, ok := c.Payloads(f)[""]; ok && len(c.Query)+len(payload) < 3000 {
			f.Add([]byte(c.Query), payload, c.Documents[""].Format == "jwt", c.Time(f).Unix())
		}
	}
	f.Fuzz(func(t *testing.T, text, payload []byte, jwt bool, seconds int64) {
		format := ZkPass
		if jwt {
			format = JWT
		}
		p, err := Compile(text, []string{""}, WithFormat("", format))
		if err != nil {
			return
		}
		doc, err := document.Parse(payload)
		if err != nil {
			return
		}
		docs := map[string]*document.Document{"": doc}
		out, err := p.Eval(docs, time.Unix(seconds, 0))
		if err != nil {
			if !errors.Is(err, ErrEval) || out.JSON != nil {
				t.Fatalf("error of another kind, or with outputs: %v", err)
			}
			return
		}
		checkOutputs(t, p, out)
		again, err := p.Eval(docs, time.Unix(seconds, 0))
		if diff := cmp.Diff(out, again); err != nil || diff != "" {
			t.Fatalf("another result the second time: %v\n%s", err, diff)
		}
	})
}

// checkOutputs reads the outputs with a decoder that knows nothing of them.
func checkOutputs(t *testing.T, p *Program, out Outputs) {
	t.Helper()
	doc, err := document.ParseValue(out.JSON, 1<<20, 2)
	if err != nil || doc.Root.Kind != document.Object || len(doc.Root.Members) != len(out.Results) {
		t.Fatalf("outputs %s: %v", out.JSON, err)
	}
	seen := map[string]bool{}
	for i, m := range doc.Root.Members {
		if m.Name != out.Results[i].Name || seen[m.Name] {
			t.Fatalf("output %d of %s is called %q, twice: %v", i, out.JSON, out.Results[i].Name, seen[m.Name])
		}
		seen[m.Name] = true
		if out.Results[i].Value.Array != (m.Value.Kind == document.Array) {
			t.Fatalf("output %d of %s: %+v", i, out.JSON, out.Results[i].Value)
		}
	}
	if len(seen) > len(p.Outputs) {
		t.Fatalf("%d outputs of a program that has %d", len(seen), len(p.Outputs))
	}
}
