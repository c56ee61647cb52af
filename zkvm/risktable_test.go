package zkvm

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/signature"
)

// claim is that a function declares a row of the table of docs/soundness.md.
type claim struct {
	function string
	row      string // the start of its first column
	formula  string // which of several; empty for the one without a name
	ℓ, v, m  int
}

var (
	shortClass = Class{Bytes: 288, Depth: 8}
	longClass  = Class{Bytes: 1152, Depth: 8}
	anyClass   = Class{Bytes: 288, Depth: 8, Escapes: true, Names: true}
)

// riskCases are statements with what some of their gadgets declare. All that such a function declares in the statement must
// be claimed.
var riskCases = []struct {
	query  string
	class  Class
	key    Key
	claims []claim
}{
	{boolean(`{"==":[{"dvar":"name"},true]}`), shortClass, sampleKey, []claim{
		{function: "checkNames", row: "no name of a container"},
		{function: "searchMember", row: "a member's name", ℓ: len("name")},
		{function: "literalKind", row: "a value is `true`", ℓ: len("true")},
		{function: "literalKind", row: "a value is `true`", ℓ: len("false")},
	}},
	{boolean(`{"==":[{"dvar":"name"},"abc"]}`), shortClass, sampleKey, []claim{
		{function: "TextEquals", row: "a value is a literal string", ℓ: 3},
		{function: "layString", row: "length of a string"},
	}},
	{boolean(`{"==":[{"dvar":"name"},"abc"]}`), anyClass, sampleKey, []claim{
		{function: "searchMember", row: "a member's name", formula: "decoded", ℓ: len("name")},
		{function: "DecodePlaces", row: "decoded characters"},
		{function: "decode", row: "decoded characters"},
	}},
	{boolean(`{"==":[{"dvar":"name"},{"dvar":"name2"}]}`), shortClass, sampleKey, []claim{
		{function: "SameText", row: "two members equal"},
		{function: "layNumber", row: "digits of a number"},
	}},
	{boolean(`{"==":[{"dvar":"a[].name"},"abc","or"]}`), longClass, sampleKey, []claim{
		{function: "searchGroup", row: "a name in elements", ℓ: len("name")},
		{function: "searchGroup", row: "no name stands twice"},
		{function: "layItemString", row: "length of a string in an element"},
	}},
	{boolean(`{"==":[{"dvar":"a[].name"},"abc","or"]}`), anyClass, sampleKey, []claim{
		{function: "searchGroup", row: "a name in elements", formula: "decoded", ℓ: len("name")},
		{function: "searchGroup", row: "no name stands twice"},
	}},
	{boolean(`{"==":[{"dvar":"a[?k == 'x'].b.name"},"abc","or"]}`), shortClass, sampleKey, []claim{
		{function: "layEach", row: "no name stands twice"},
		{function: "Unfit", row: "names in the elements", v: 2},
	}},
	{`[{"output":{"names":{"dvar":"names[]"}}}]`, shortClass, sampleKey, []claim{
		{function: "equalRanked", row: "elements of an array that is output", ℓ: 4},
	}},
	{boolean(`{"in":[{"dvar":"a"},["x","yyyy","zz"]]}`), shortClass, sampleKey, []claim{
		{function: "TextIn", row: "a string is one of a list", v: 3},
	}},
	{boolean(`{"contains":[{"dvar":"a"},"abcd"]}`), Class{Bytes: 192, Depth: 8}, sampleKey, []claim{
		{function: "holdsText", row: "a literal of ℓ bytes is in a string", ℓ: 4},
	}},
	{boolean(`{"contains":[{"dvar":"a"},"abcd"]}`), shortClass, sampleKey, []claim{
		{function: "holdsText", row: "a literal of ℓ bytes is in a string", ℓ: 4},
	}},
	{boolean(`{"contains":[{"dvar":"a"},"abcd"]}`), anyClass, sampleKey, []claim{
		{function: "windowHolds", row: "a literal of ℓ bytes is in a string", formula: "decoded", ℓ: 4},
	}},
	{boolean(`{"contains":["abcd",{"dvar":"a"}]}`), shortClass, sampleKey, []claim{
		{function: "heldByText", row: "a string is in a literal", ℓ: 4},
	}},
	{boolean(`{"starts_with":["abcd",{"dvar":"a"}]}`), shortClass, sampleKey, []claim{
		{function: "heldByText", row: "a string at the start or the end of a literal", ℓ: 4},
	}},
	{boolean(`{"ends_with":["abcd",{"dvar":"a"}]}`), shortClass, sampleKey, []claim{
		{function: "heldByText", row: "a string at the start or the end of a literal", ℓ: 4},
	}},
	{boolean(`{"contains":[{"dvar":"a"},{"dvar":"b"}]}`), shortClass, sampleKey, []claim{
		{function: "holdsMember", row: "a string is in a string", formula: "shift", m: 256},
		{function: "holdsMember", row: "a string is in a string", formula: "places", m: 256},
		{function: "window", row: "characters of a window"},
	}},
	{boolean(`{"starts_with":[{"dvar":"a"},"abcd"]}`), shortClass, sampleKey, []claim{
		{function: "startsWithText", row: "a literal of ℓ bytes at the start or the end", ℓ: 4},
	}},
	{boolean(`{"ends_with":[{"dvar":"a"},"abcd"]}`), shortClass, sampleKey, []claim{
		{function: "endsWithText", row: "a literal of ℓ bytes at the start or the end", ℓ: 4},
	}},
	{boolean(`{"starts_with":[{"dvar":"a"},"abcd"]}`), anyClass, sampleKey, []claim{
		{function: "startsWithText", row: "a literal of ℓ bytes at the start or the end", formula: "decoded, start", ℓ: 4},
	}},
	{boolean(`{"ends_with":[{"dvar":"a"},"abcd"]}`), anyClass, sampleKey, []claim{
		{function: "endsWithText", row: "a literal of ℓ bytes at the start or the end", formula: "decoded, end", ℓ: 4},
	}},
	{boolean(`{"starts_with":[{"dvar":"a"},{"dvar":"b"}]}`), shortClass, sampleKey, []claim{
		{function: "startsWithMember", row: "a string at the start of a string", formula: "start"},
	}},
	{boolean(`{"ends_with":[{"dvar":"a"},{"dvar":"b"}]}`), shortClass, sampleKey, []claim{
		{function: "endsWithMember", row: "a string at the start of a string", formula: "end"},
	}},
	{boolean(`{">":[{"get_age":[{"dvar":"born"},"DD/MM/YYYY"]},18]}`), shortClass, sampleKey, []claim{
		{function: "layDate", row: "a date", formula: "date"},
	}},
	{boolean(`{">":[{"get_time":[{"dvar":"born"},"RFC3339"]},18]}`), shortClass, sampleKey, []claim{
		{function: "layInstant", row: "a date", formula: "time"},
	}},
	{boolean(`{"==":[{"dvar":"a[]"},true,"or"]}`), longClass, sampleKey, []claim{
		{function: "AreBooleans", row: "kinds of all elements"},
	}},
	{boolean(`{"<":[{"dvar":"a[]"},5]}`), longClass, sampleKey, []claim{
		{function: "AllNumbers", row: "kinds and limits"},
		{function: "NoneIs", row: "kinds and limits"},
	}},
	{boolean(`{"==":[{"dvar":"a[]"},"abcd","or"]}`), longClass, sampleKey, []claim{
		{function: "layText", row: "kinds of all elements"},
		{function: "Equals", row: "a literal of ℓ bytes among", formula: "some", ℓ: 4},
		{function: "Equals", row: "a literal of ℓ bytes among", formula: "all", ℓ: 4},
	}},
	{boolean(`{"==":[{"dvar":"name"},true]}`), shortClass, SampleKey(RS256, 2048), []claim{{function: "Lay", row: "an RSA signature", formula: "2048"}}},
	{boolean(`{"==":[{"dvar":"name"},true]}`), shortClass, SampleKey(PS256, 3072), []claim{{function: "Lay", row: "an RSA signature", formula: "3072"}}},
	{boolean(`{"==":[{"dvar":"name"},true]}`), shortClass, SampleKey(PS256, 4096), []claim{{function: "Lay", row: "an RSA signature", formula: "4096"}}},
}

// TestRisksOfTheTable compares the error that each condition declares with the table
// of docs/soundness.md, in statements that use it. No call of risk and no row of the table is left
// out.
func TestRisksOfTheTable(t *testing.T) {
	table := riskTable(t)
	unclaimed := map[string]bool{}
	for row, formulas := range table {
		for name := range formulas {
			unclaimed[row+": "+name] = true
		}
	}
	calls := riskCalls(t)
	for _, c := range riskCases {
		declared := declaredBy(t, c.query, c.class, c.key)
		want := map[string]map[int]bool{}
		for _, claim := range c.claims {
			var row string
			for r := range table {
				if r == claim.row || strings.HasPrefix(r, claim.row) && table[claim.row] == nil {
					if row != "" {
						t.Fatalf("%q begins two rows", claim.row)
					}
					row = r
				}
			}
			formula, ok := table[row][claim.formula]
			if !ok {
				t.Fatalf("docs/soundness.md has no formula %q for %q", claim.formula, claim.row)
			}
			delete(unclaimed, row+": "+claim.formula)
			n := 3 * c.class.groups()
			value, err := evaluate(formula, map[string]int{"n": n, "n_a": n, "n_b": n, "ℓ": claim.ℓ, "v": claim.v, "m": claim.m})
			if err != nil {
				t.Fatalf("%s: %v", row, err)
			}
			if want[claim.function] == nil {
				want[claim.function] = map[int]bool{}
			}
			want[claim.function][value] = true
		}
		for function, values := range want {
			got := map[int]bool{}
			for _, d := range declared {
				if d.function == function {
					got[d.values] = true
					delete(calls, d.line)
				}
			}
			if !maps.Equal(got, values) {
				t.Errorf("%s, class %s: %s declares %v, the table has %v", c.query, c.class, function, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(values)))
			}
		}
	}
	for call := range calls {
		t.Errorf("%s: no row of the table is compared with this call of risk", call)
	}
	// What is not declared by risk.
	for row, got := range map[string]int{
		"digest of the last block: ":    jointlyDeclared(t),
		"link of a document of ES256: ": signature.LinkRisk,
	} {
		if !unclaimed[row] {
			t.Errorf("the table has no row %q", row)
			continue
		}
		delete(unclaimed, row)
		formula := table[strings.TrimSuffix(row, ": ")][""]
		if want, err := evaluate(formula, nil); err != nil || got != want {
			t.Errorf("%s%d, the table has %s (%v)", row, got, formula, err)
		}
	}
	delete(unclaimed, "k conditions joined: ") // see TestRiskIsTheLargest
	for row := range unclaimed {
		t.Errorf("the table has %q, which is compared with nothing", row)
	}
}

// jointlyDeclared is the most conditions joined in a statement with little in it, less one.
func jointlyDeclared(t *testing.T) int {
	t.Helper()
	m := machine.New(1)
	layOutAgain(t, m, boolean(`{"==":[{"dvar":"name"},true]}`), shortClass, sampleKey)
	return m.Joined
}

type declaration struct {
	function, line string
	values         int
}

// declaredBy is what the functions of a statement declare.
func declaredBy(t *testing.T, text string, class Class, key Key) (all []declaration) {
	t.Helper()
	m := machine.New(1)
	m.Declares = func(values int) {
		callers := make([]uintptr, 4)
		runtime.Callers(2, callers)
		frames := runtime.CallersFrames(callers)
		for {
			f, more := frames.Next()
			if strings.HasSuffix(f.Function, ".Risk") {
				f, _ = frames.Next()
				name := f.Function[strings.LastIndex(f.Function, ".")+1:]
				all = append(all, declaration{name, fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line), values})
				return
			}
			if !more {
				t.Fatal("Risk was called by nobody")
			}
		}
	}
	layOutAgain(t, m, text, class, key)
	return all
}

// layOutAgain lays a statement out on another machine.
func layOutAgain(t *testing.T, m *machine.Machine, text string, class Class, key Key) {
	t.Helper()
	q, err := query.Compile([]byte(text), []string{""})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	output := sampleOutput(q)
	if strings.Contains(text, `"names"`) {
		output = []byte(`{"names":["ab","abcd"]}`)
	}
	p, err := newPlan(&Statement{Profile: libzk.V2, Program: q, Output: output, Time: testNow,
		Documents: []Document{{Key: key, Header: sampleHeader, Class: class}}}, nil, nil)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if _, err := p.run(m, nil); err != nil {
		t.Fatal(err)
	}
	if m.Largest() != p.risk {
		t.Fatalf("%s: the largest error is %d, and was %d when it was first laid out", text, m.Largest(), p.risk)
	}
}

// riskTable is the table of docs/soundness.md: the formulas of each condition by their names.
func riskTable(t *testing.T) map[string]map[string]string {
	t.Helper()
	text, err := os.ReadFile("../docs/soundness.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "| condition | units of 2^-128 | because |\n|---|---|---|\n")
	if !ok {
		t.Fatal("docs/soundness.md has no table of conditions")
	}
	table := map[string]map[string]string{}
	for line := range strings.Lines(rest) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if len(cells) != 3 {
			break
		}
		formulas := map[string]string{}
		for f := range strings.SplitSeq(cells[1], ";") {
			name, formula, ok := strings.Cut(f, ":")
			if !ok {
				name, formula = "", f
			}
			formulas[strings.TrimSpace(name)] = strings.TrimSpace(formula)
		}
		table[strings.TrimPrefix(cells[0], "| ")] = formulas
	}
	return table
}

// riskCalls are the places where Risk is called.
func riskCalls(t *testing.T) map[string]bool {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*.go", "internal/*/*.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	calls := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Risk" {
					calls[fmt.Sprintf("%s:%d", filepath.Base(name), set.Position(call.Pos()).Line)] = true
				}
			}
			return true
		})
	}
	if len(calls) == 0 {
		t.Fatal("Risk is called nowhere")
	}
	return calls
}

var (
	thousands = regexp.MustCompile(`(\d),(\d{3})`)
	factors   = regexp.MustCompile(`·`)
)

// evaluate is the value of a formula of the table: sums and products of numbers, names and minima.
func evaluate(formula string, values map[string]int) (int, error) {
	text := factors.ReplaceAllString(thousands.ReplaceAllString(formula, "$1$2"), "*")
	e, err := parser.ParseExpr(text)
	if err != nil {
		return 0, err
	}
	return valueOf(e, values)
}

func valueOf(e ast.Expr, values map[string]int) (int, error) {
	switch e := e.(type) {
	case *ast.BasicLit:
		return strconv.Atoi(e.Value)
	case *ast.Ident:
		if v := values[e.Name]; v != 0 {
			return v, nil
		}
		return 0, fmt.Errorf("%s has no value", e.Name)
	case *ast.ParenExpr:
		return valueOf(e.X, values)
	case *ast.BinaryExpr:
		x, err := valueOf(e.X, values)
		if err != nil {
			return 0, err
		}
		y, err := valueOf(e.Y, values)
		if err != nil {
			return 0, err
		}
		switch e.Op {
		case token.ADD:
			return x + y, nil
		case token.SUB:
			return x - y, nil
		case token.MUL:
			return x * y, nil
		}
	case *ast.CallExpr:
		if name, ok := e.Fun.(*ast.Ident); ok && name.Name == "min" && len(e.Args) == 2 {
			x, err := valueOf(e.Args[0], values)
			if err != nil {
				return 0, err
			}
			y, err := valueOf(e.Args[1], values)
			return min(x, y), err
		}
	}
	return 0, fmt.Errorf("what is %T?", e)
}
