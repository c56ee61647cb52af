package query

import (
	"errors"
	"go/ast"
	goparser "go/parser"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/document"
)

// An errorCase triggers one error. Its documents have the format jwt.
type errorCase struct {
	query   string
	payload string // empty for a compile error
	pos     string
	path    string // for an error of evaluation
	says    string
}

const inOutput = "statement 1, output r"

// evalErrors has every error that a document may cause.
var evalErrors = []errorCase{
	// Members and elements that are not there.
	{output(`{"dvar":"o.x"}`), `{"o":{}}`, inOutput, "o.x", "member x is missing, but the value is needed here; exists tells whether it is there"},
	{output(`{"dvar":"l[].x"}`), `{"l":[{}]}`, inOutput, "l[].x", "member x is missing, but the value is needed here"},
	{output(`{"dvar":"a.x"}`), `{"a":1}`, inOutput, "a.x", "expected an object with member x, found number, but the value is needed here"},
	{output(`{"dvar":"a[1]"}`), `{"a":"s"}`, inOutput, "a[1]", "expected an array with element 1, found string, but the value is needed here"},
	{output(`{"dvar":"a[1]"}`), `{"a":[7]}`, inOutput, "a[1]", "element 1 is past the end of the array, but the value is needed here"},
	{output(`{"dvar":"a"}`), `{"a":null}`, inOutput, "a", "the value is null, but it is needed here; exists tells whether it is there"},
	// Names that do not count.
	{output(`{"exists":"a"}`), `{"a":1,"a":2}`, inOutput, "a", "looking for member a: the name stands twice in its object"},
	{output(`{"exists":"a"}`), `{"a":1,"\u0061":2}`, inOutput, "a", "looking for member a: the name stands twice in its object"},
	{output(`{"is":["o.a","null"]}`), `{"o":{"\u0061":1,"a":2}}`, inOutput, "o.a", "looking for member a: the name stands twice in its object"},
	{output(`{"count":"l[?f]"}`), `{"l":[{"f":true,"f":true}]}`, inOutput, "l[?f]", "looking for member f: the name stands twice in its object"},
	{output(`{"dvar":"a"}`), `{"a":1,"_a_zkpass_public_":true,"_a_zkpass_public_":true}`, inOutput, "a", "looking for member _a_zkpass_public_: the name stands twice in its object"},
	// Values of another kind.
	{output(`{"dvar":"a"}`), `{"a":[1]}`, inOutput, "a", "found array; [] goes over its elements"},
	{output(`{"dvar":"a"}`), `{"a":{}}`, inOutput, "a", "expected a string, a number or a boolean, found object"},
	{output(`{"dvar":"a"}`), `{"a":1e0}`, inOutput, "a", "the number is written with an exponent, but its value is needed here"},
	{output(`{"dvar":"a"}`), `{"a":1.0000000000000000000000000000000}`, inOutput, "a", "the number is written with more than 32 characters, but its value is needed here"},
	{output(`{"dvar":"a"}`), `{"a":0.0000000001}`, inOutput, "a", "the number has more than 9 digits after the point, but its value is needed here"},
	{output(`{"dvar":"a"}`), `{"a":9223372036854775808}`, inOutput, "a", "the number is not at least -2^63 and less than 2^63, but its value is needed here"},
	{output(`{"==":[{"dvar":"l[]"},1]}`), `{"l":[1,1e0]}`, inOutput + ", == 1", "l[]", "the number is written with an exponent"},
	{output(`{"dvar":"a"}`), `{"a":1.5}`, inOutput, "a", "the number has a fraction: expected an integer where it is output"},
	{output(`{"dvar":"l[]"}`), `{"l":[1,0.5]}`, inOutput, "l[]", "the number has a fraction: expected an integer where it is output"},
	{`[{"assign":{"x":1.5}},{"output":{"r":{"lvar":"x"}}}]`, `{}`, "statement 2, output r", "", "the number has a fraction: expected an integer where it is output"},
	{output(`{"dvar":"a"}`), `{"a":"` + strings.Repeat("x", 257) + `"}`, inOutput, "a", "the string has more than 256 bytes"},
	{output(`{"dvar":"l[]"}`), `{"l":[1,"x"]}`, inOutput, "l[]", "expected elements of one type, found number and string"},
	{output(`{"dvar":"l[]"}`), `{"l":{}}`, inOutput, "l[]", "expected an array, found object"},
	{output(`{"dvar":"l[]"}`), `{"l":[` + strings.Repeat("1,", 32) + `1]}`, inOutput, "l[]", "the array has more than 32 elements; it may have 1024 where the path itself is counted or compared with a literal or now"},
	{output(`{"count":"l[?f]"}`), `{"l":[` + strings.Repeat("{},", 32) + `{}]}`, inOutput, "l[?f]", "the array has more than 32 elements"},
	{output(`{"count":"l[]"}`), `{"l":[` + strings.Repeat("1,", 1024) + `1]}`, inOutput, "l[]", "the array has more than 1024 elements"},
	{output(`{"==":[{"now":[]},{"dvar":"l[]"}]}`), `{"l":[` + strings.Repeat("1,", 1024) + `1]}`, inOutput + ", == 2", "l[]", "the array has more than 1024 elements"},
	// Filters.
	{output(`{"count":"l[?f]"}`), `{"l":[{},7]}`, inOutput, "l[?f]", "element 1: the filter expected an object, found number"},
	{output(`{"count":"l[?!f]"}`), `{"l":[{"f":"x"}]}`, inOutput, "l[?!f]", "element 0: the filter expected member f to be true or false, found string"},
	{output(`{"count":"l[?f == 'Yak']"}`), `{"l":[{"f":true}]}`, inOutput, "l[?f == '...']", "element 0: the filter expected member f to be a string, found"},
	{output(`{"count":"l[?f == 'Yak']"}`), `{"l":[{"f":"` + strings.Repeat("x", 257) + `"}]}`, inOutput, "l[?f == '...']", "element 0: the string that the filter looks at has more than 256 bytes"},
	// Types and dates.
	{output(`{"and":[true,{"dvar":"a"}]}`), `{"a":"s"}`, inOutput + ", and 2", "a", "expected boolean, found string"},
	{output(`{"==":[1,{"dvar":"a"}]}`), `{"a":"s"}`, inOutput + ", == 2", "a", "expected number, found string"},
	{output(`{"in":[{"dvar":"a"},["x"]]}`), `{"a":1}`, inOutput + ", in 1", "a", "expected string, found number"},
	{`[{"output":{"r":1}},{"if":{"condition":{"dvar":"a"},"then":[]}}]`, `{"a":1}`, "statement 2, condition", "a", "expected boolean, found number"},
	{output(`{"get_age":[{"dvar":"a"},"DD/MM/YYYY"]}`), `{"a":"31/04/2020"}`, inOutput + ", get_age 1", "a", "expected a date of ten characters in the order of DD/MM/YYYY that the calendar has"},
	{output(`{"get_age":[{"dvar":"a"},"YYYY-MM-DD"]}`), `{"a":"2025-02-18"}`, inOutput + ", get_age 1", "a", "get_age: expected a date that is not later than the evaluation date"},
	{`[{"assign":{"d":"no date"}},{"output":{"r":{"get_age":[{"lvar":"d"},"YYYY-MM-DD"]}}}]`, `{}`, "statement 2, output r, get_age 1", "", "expected a date of ten characters"},
	{output(`{"get_time":[{"dvar":"a"},"RFC3339"]}`), `{"a":"2026-03-01 12:00:00Z"}`, inOutput + ", get_time 1", "a", "expected a time in the format RFC3339, such as 2026-03-01T12:00:00Z"},
	{output(`{"get_time":[{"dvar":"a"},"RFC3339"]}`), `{"a":1}`, inOutput + ", get_time 1", "a", "expected string, found number"},
	{`[{"assign":{"d":"2016-12-31T23:59:60Z"}},{"output":{"r":{"get_time":[{"lvar":"d"},"RFC3339"]}}}]`, `{}`, "statement 2, output r, get_time 1", "", "expected a time in the format"},
	{output(`{"ends_with":["x",{"dvar":"a"}]}`), `{"a":true}`, inOutput + ", ends_with 2", "a", "expected string, found boolean"},
	// Where: an assignment that nobody reads, a branch, the one expression.
	{`[{"assign":{"x":{"dvar":"a"}}},{"output":{"r":1}}]`, `{}`, "statement 1, assign x", "a", "member a is missing"},
	{`[{"if":{"condition":false,"then":[],"else":[{"output":{"n m":{"dvar":"a"}}}]}},{"output":{"r":1}}]`, `{}`, `statement 1, else 1, output "n m"`, "a", "member a is missing"},
	{`{"==":["a",1]}`, `{}`, "the expression, == 1", "a", "member a is missing"},
	// Disclosure.
	{output(`{"dvar":"a"}`), `{"a":1}`, inOutput, "a", "the issuer has not marked it as disclosable: expected _a_zkpass_public_: true beside it"},
}

// compileErrors has every error that is found in the text of a query.
var compileErrors = []errorCase{
	{query: strings.Repeat(" ", 65537), says: "the query has 65537 bytes: at most 65536 are allowed"},
	{query: `[x]`, says: "the query is no JSON text: line 1, column 2: expected"},
	{query: `7`, says: "expected a list of statements or one expression object, found"},
	{query: `[]`, says: "the query outputs nothing: expected at least one output statement"},
	// Statements.
	{query: `[7]`, pos: "statement 1", says: "expected a statement: assign, output or if, found number"},
	{query: `[{}]`, pos: "statement 1", says: "an object with one key, found 0 keys"},
	{query: `[{"print":{"r":1}}]`, pos: "statement 1", says: `unknown statement "print": expected assign, output or if`},
	{query: `[{"output":{"":1}}]`, pos: "statement 1", says: "the name is empty: expected one of 1 to 128 bytes"},
	{query: `[{"output":{"` + strings.Repeat("n", 129) + `":1}}]`, pos: "statement 1", says: "a name has more than 128 bytes"},
	{query: `[{"output":{"r":1}},{"if":7}]`, pos: "statement 2", says: "if: expected an object with condition, then and, if wanted, else, found number"},
	{query: `[{"if":{"condition":true,"then":[],"els":[]}}]`, pos: "statement 1", says: `if: unknown key "els"`},
	{query: `[{"if":{"condition":true,"then":[],"then":[]}}]`, pos: "statement 1", says: "if: then stands there twice"},
	{query: `[{"if":{"condition":true}}]`, pos: "statement 1", says: "if: a key is missing"},
	{query: `[{"if":{"condition":true,"then":7}}]`, pos: "statement 1", says: "then: expected a list of statements, found number"},
	// Expressions.
	{query: output(`null`), pos: inOutput, says: "expected a string, a number, true or false, found null"},
	{query: output(`1.5`), pos: inOutput, says: "the literal has a fraction: a number that is output must be an integer"},
	{query: output(`9223372036854775808`), pos: inOutput, says: "a literal has no value: the number is not at least -2^63 and less than 2^63"},
	{query: output(`{"==":[1,1E1]}`), pos: inOutput + ", == 2", says: "a literal has no value: the number is written with an exponent"},
	{query: output(`{"in":[1,[0.0000000001]]}`), pos: inOutput + ", in 2", says: "a literal has no value: the number has more than 9 digits after the point"},
	{query: output(`1.0000000000000000000000000000000`), pos: inOutput, says: "a literal has no value: the number is written with more than 32 characters"},
	{query: output(`{"is":["a[]","number"]}`), pos: inOutput + ", is", says: "path a[]: is takes a path without []"},
	{query: output(`{"is":["a","int"]}`), pos: inOutput + ", is", says: "unknown type: expected string, number, boolean, null, array or object"},
	{query: output(`{"is":["a",7]}`), pos: inOutput + ", is", says: "expected a type as a string, found number"},
	{query: output(`{"get_time":[{"dvar":"a"},"ISO"]}`), pos: inOutput + ", get_time", says: "unknown time format: expected RFC3339"},
	{query: output(`{"get_time":[{"dvar":"a"},7]}`), pos: inOutput + ", get_time", says: "expected a time format as a string, found number"},
	{query: output(`{"get_time":["2026-02-29T00:00:00Z","RFC3339"]}`), pos: inOutput + ", get_time 1", says: "the literal is no time in the format RFC3339"},
	{query: output(`{"get_time":[{"dvar":"a[]"},"RFC3339"]}`), pos: inOutput + ", get_time 1", says: "an array cannot stand here: expected a single value"},
	{query: output(`{"~starts_with":["a",7]}`), pos: inOutput + ", ~starts_with 2", says: "expected string, found number"},
	{query: output(`"` + strings.Repeat("x", 257) + `"`), pos: inOutput, says: "a string has more than 256 bytes"},
	{query: output(`{"xor":[true,true]}`), pos: inOutput, says: `unknown operator "xor"`},
	{query: output(`{"not":true,"and":[]}`), pos: inOutput, says: "an object with one key, found 2 keys"},
	{query: output(`{"dvar":7}`), pos: inOutput + ", dvar", says: "expected a path as a string, found number"},
	{query: output(`{"and":7}`), pos: inOutput + ", and", says: "expected an array with any number of operands, found number"},
	{query: output(`{"contains":["a"]}`), pos: inOutput + ", contains", says: "operands, found 1"},
	{query: output(`{"==":[1,1,"any"]}`), pos: inOutput + ", ==", says: `expected "and" or "or" after the operands`},
	{query: output(`{"in":[1,2]}`), pos: inOutput + ", in 2", says: "expected a list of literals, found number"},
	{query: output(`{"in":[1,[1,"x"]]}`), pos: inOutput, says: "the list of in has literals of different types: number and string"},
	{query: output(`{"get_age":["2000-01-01","YYYY/MM/DD"]}`), pos: inOutput + ", get_age", says: "unknown date format: expected DD/MM/YYYY, MM/DD/YYYY or YYYY-MM-DD"},
	{query: output(`{"get_age":["2000-02-30","YYYY-MM-DD"]}`), pos: inOutput + ", get_age 1", says: "the literal is no date in the format YYYY-MM-DD"},
	// Limits.
	{query: output(strings.Repeat(`{"not":`, 32) + "true" + strings.Repeat("}", 32)), pos: inOutput + strings.Repeat(", not", 32), says: "expressions and blocks are nested more than 32 deep"},
	{query: output(`{"in":[1,[` + strings.Repeat("1,", 1023) + `1]]}`), pos: inOutput + ", in 2", says: "the query has more than 1024 expressions"},
	{query: output(`{"and":[` + strings.Repeat(`{"contains":["",""]},`, 32) + `{"contains":["",""]}]}`), pos: inOutput + ", and 33", says: "the query has more than 32 of contains, starts_with and ends_with"},
	{query: output(`{"and":[` + numberedPaths(64, "p%") + `,{"exists":"x"}]}`), pos: inOutput + ", and 65, exists", says: "the query has more than 64 different paths"},
	{query: output(`{"and":[` + eachPaths(9) + `]}`), pos: inOutput + ", and 9, == 2, count", says: "the query has more than 8 different paths with []"},
	// Paths.
	{query: output(`{"exists":"l[]"}`), pos: inOutput + ", exists", says: "path l[]: exists takes a path without []; count tells how many elements there are"},
	{query: output(`{"count":"l[?f == 'Yak'].n"}`), pos: inOutput + ", count", says: "path l[?f == '...'].n: count takes a path that ends in []"},
	{query: output(`{"dvar":"a[][]"}`), pos: inOutput + ", dvar", says: "path, byte 5: expected no second [] in one path"},
	{query: output(`{"dvar":"a b"}`), pos: inOutput + ", dvar", says: `path, byte 1: expected "." or "["`},
	{query: output(`{"dvar":"\"a"}`), pos: inOutput + ", dvar", says: "expected a name as a JSON string"},
	{query: output(`{"dvar":"a.7"}`), pos: inOutput + ", dvar", says: "expected a member: a letter or _"},
	{query: output(`{"dvar":"` + strings.Repeat("n", 129) + `"}`), pos: inOutput + ", dvar", says: "expected a name of at most 128 bytes before this"},
	{query: output(`{"dvar":"a[01]"}`), pos: inOutput + ", dvar", says: "expected an index from 0 to 4095 without leading zeros"},
	{query: output(`{"dvar":"a[?f = 'x']"}`), pos: inOutput + ", dvar", says: "expected ] (filters are"},
	{query: output(`{"dvar":"a[?f == 'x'"}`), pos: inOutput + ", dvar", says: "expected ] after the text of a filter"},
	{query: output(`{"dvar":"a[?f == '` + strings.Repeat("x", 257) + `']"}`), pos: inOutput + ", dvar", says: "expected a text of at most 256 bytes before this"},
	{query: output(`{"dvar":"a[?f == '\\n']"}`), pos: inOutput + ", dvar", says: `expected \' or \\ in the text of a filter`},
	{query: output(`{"dvar":"a[?f == 'x"}`), pos: inOutput + ", dvar", says: "expected the closing ' of a filter's text"},
	// Types.
	{query: output(`{"and":[{"not":1}]}`), pos: inOutput + ", and 1, not", says: "expected boolean, found number"},
	{query: output(`{"and":[{"dvar":"a[]"}]}`), pos: inOutput + ", and 1", says: "an array cannot stand here: expected a single value"},
	{query: output(`{"==":[{"dvar":"a[]"},{"dvar":"b[]"}]}`), pos: inOutput, says: "an array cannot be compared with an array"},
	{query: output(`{"==":[1,1,"or"]}`), pos: inOutput, says: `"and" or "or" after the operands needs an array on one side`},
	{query: output(`{"==":[1,"x"]}`), pos: inOutput, says: "expected two operands of the same type: number and string"},
	// Names.
	{query: `[{"assign":{"x":1}},{"assign":{"x":2}},{"output":{"r":1}}]`, pos: "statement 2, assign x", says: "local x is assigned a second time on some way through the query"},
	{query: `[{"output":{"r":1}},{"if":{"condition":true,"then":[{"output":{"r":2}}]}}]`, pos: "statement 2, then 1, output r", says: "output r is used a second time on some way through the query"},
	{query: output(`{"lvar":"x"}`), pos: inOutput, says: "local x is read, but not every way through the query has assigned it before"},
	{query: `[{"if":{"condition":true,"then":[{"assign":{"x":{"dvar":"a[]"}}}],"else":[{"assign":{"x":1}}]}},{"output":{"r":{"lvar":"x"}}}]`, pos: "statement 2, output r", says: "local x is an array on one way through the query and a single value on another"},
}

// numberedPaths writes exists of some paths, with % for a number.
func numberedPaths(n int, path string) string {
	var list []string
	for i := range n {
		list = append(list, `{"exists":"`+strings.ReplaceAll(path, "%", strconv.Itoa(i))+`"}`)
	}
	return strings.Join(list, ",")
}

// eachPaths writes comparisons with some different paths that have [].
func eachPaths(n int) string {
	var list []string
	for i := range n {
		list = append(list, `{"==":[1,{"count":"a[?p`+strconv.Itoa(i)+`]"}]}`)
	}
	return strings.Join(list, ",")
}

func TestEvalErrors(t *testing.T) {
	for _, c := range evalErrors {
		_, err := evalText(t, c.query, c.payload)
		var e *EvalError
		if !errors.As(err, &e) || !errors.Is(err, ErrEval) {
			t.Errorf("%s over %.60s: got %v, want an evaluation error", c.query, c.payload, err)
			continue
		}
		if e.Pos != c.pos || e.Path != c.path || !strings.Contains(e.Msg, c.says) {
			t.Errorf("%s over %.60s:\n got %q, %q, %s\nwant %q, %q, %s", c.query, c.payload, e.Pos, e.Path, e.Msg, c.pos, c.path, c.says)
		}
		if errors.Is(err, ErrUndisclosed) != strings.Contains(c.says, "disclosable") {
			t.Errorf("%s: matches ErrUndisclosed: %v", c.query, errors.Is(err, ErrUndisclosed))
		}
	}
}

func TestCompileErrors(t *testing.T) {
	for _, c := range compileErrors {
		_, err := Compile([]byte(c.query), []string{""}, WithFormat("", JWT))
		var e *CompileError
		if !errors.As(err, &e) || !errors.Is(err, ErrCompile) {
			t.Errorf("%.200s: got %v, want a compile error", c.query, err)
			continue
		}
		if e.Pos != c.pos || !strings.Contains(e.Msg, c.says) {
			t.Errorf("%.200s:\n got %q, %s\nwant %q, %s", c.query, e.Pos, e.Msg, c.pos, c.says)
		}
	}
	for text, want := range tagErrors {
		_, err := Compile([]byte(text), []string{"a", "b"})
		var e *CompileError
		if !errors.As(err, &e) || e.Pos != "the expression, == 1" || !strings.Contains(e.Msg, want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
	for want, call := range callErrors(t) {
		if err := call(); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// tagErrors has errors of paths in queries over documents a and b.
var tagErrors = map[string]string{
	`{"==":["",1]}`: "expected a tag", `{"==":["x.a",1]}`: "expected one of the tags a, b", `{"==":["a[0]",1]}`: "expected a dot and a member after the tag",
}

// callErrors has errors that no query and no document causes, but who calls.
func callErrors(t *testing.T) map[string]func() error {
	t.Helper()
	compile := func(tags []string, opts ...Option) func() error {
		return func() error {
			if _, err := Compile([]byte(output("1")), tags, opts...); errors.Is(err, ErrCompile) {
				return err
			}
			return nil
		}
	}
	p := mustCompile(t, output("1"))
	doc, err := document.Parse([]byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	eval := func(years int, tags ...string) func() error {
		return func() error {
			docs := map[string]*document.Document{}
			for _, tag := range tags {
				docs[tag] = doc
			}
			if _, err := p.Eval(docs, testNow.AddDate(years, 0, 0)); errors.Is(err, ErrEval) {
				return err
			}
			return nil
		}
	}
	return map[string]func() error{
		"a format is given for a tag that the query's documents do not have": compile([]string{"a"}, WithFormat("b", JWT)),
		"unknown format of a document: expected zkpass or jwt":               compile([]string{"a"}, WithFormat("a", 7)),
		"the query has 0 documents: expected 1 to 4":                         compile(nil),
		"an empty tag is allowed only if it is the only one":                 compile([]string{"", "a"}),
		"a tag is not made of at most 128 ASCII letters, digits and _":       compile([]string{"a-b"}),
		"tag a is given twice":                                       compile([]string{"a", "a"}),
		"the evaluation time is outside the years 1 to 9999":         eval(8000, ""),
		`no document is given for tag ""`:                            eval(0),
		"a document is given for a tag that the query does not have": eval(0, "", "a"),
	}
}

// Every error in the source has its case above.
func TestErrorsAreTriggered(t *testing.T) {
	var said []string
	say := func(err error) {
		if err != nil {
			said = append(said, err.Error())
		}
	}
	for _, c := range evalErrors {
		_, err := evalText(t, c.query, c.payload)
		say(err)
	}
	for _, c := range compileErrors {
		_, err := Compile([]byte(c.query), []string{""}, WithFormat("", JWT))
		say(err)
	}
	for text := range tagErrors {
		_, err := Compile([]byte(text), []string{"a", "b"})
		say(err)
	}
	for _, call := range callErrors(t) {
		say(call())
	}
	all := strings.Join(said, "\n")
	total := 0
	for _, file := range []string{"check.go", "compile.go", "eval.go", "lookup.go", "operators.go", "parse.go", "parseexpr.go", "parsepath.go"} {
		for _, format := range errorFormats(t, file) {
			total++
			pattern := regexp.MustCompile(`%[a-z]`).ReplaceAllString(regexp.QuoteMeta(format), ".*")
			if !regexp.MustCompile(pattern).MatchString(all) {
				t.Errorf("%s: no case triggers %q", file, format)
			}
		}
	}
	if total < 75 {
		t.Errorf("only %d errors are found in the source", total)
	}
}

// literals calls f with every string in a piece of source.
func literals(n ast.Node, f func(string)) {
	ast.Inspect(n, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil && s != "" {
				f(s)
			}
		}
		return true
	})
}

// errorFormats returns the texts of the errors in a file.
func errorFormats(t *testing.T, name string) []string {
	t.Helper()
	file, err := goparser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var formats []string
	first := func(n ast.Node) {
		found := false
		literals(n, func(s string) {
			if !found {
				formats = append(formats, s)
			}
			found = true
		})
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			name := ""
			switch f := n.Fun.(type) {
			case *ast.Ident:
				name = f.Name
			case *ast.SelectorExpr:
				name = f.Sel.Name
			}
			switch name {
			case "compileErrorf", "errorf", "want":
				first(n)
			}
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Msg" {
				first(n.Value)
			}
		case *ast.ReturnStmt:
			// The reasons of walk.
			if name == "lookup.go" && len(n.Results) == 3 {
				first(n.Results[1])
			}
		}
		return true
	})
	return formats
}
