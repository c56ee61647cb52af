package query

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func compiles(text string, tags ...string) error {
	if len(tags) == 0 {
		tags = []string{""}
	}
	_, err := Compile([]byte(text), tags)
	return err
}

func output(e string) string { return `[{"output":{"r":` + e + `}}]` }

// Every limit lets its largest value pass and refuses the next with an error
// that names the limit.
func TestCompileLimits(t *testing.T) {
	nots := func(n int) string { return strings.Repeat(`{"not":`, n-1) + "true" + strings.Repeat("}", n-1) }
	ifs := func(n int, inner string) string {
		return strings.Repeat(`[{"if":{"condition":true,"then":`, n) + inner + strings.Repeat(`}}]`, n)
	}
	elses := func(n int, inner string) string {
		return strings.Repeat(`[{"if":{"condition":true,"then":[],"else":`, n) + inner + strings.Repeat(`}}]`, n)
	}
	list := func(n int, item string) string {
		return "[" + strings.TrimSuffix(strings.Repeat(item+",", n), ",") + "]"
	}
	numbered := func(n int, format string) string {
		var items []string
		for i := range n {
			items = append(items, fmt.Sprintf(format, i))
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	for name, c := range map[string]struct {
		text  func(n int) string
		limit int
		says  string
	}{
		"nested expressions":       {func(n int) string { return output(nots(n)) }, 32, "32 deep"},
		"nested single expression": {func(n int) string { return `{"not":` + nots(n-1) + `}` }, 32, "32 deep"},
		"nested blocks":            {func(n int) string { return `[{"output":{"r":1}},` + ifs(n, "[]")[1:] }, 32, "32 deep"},
		"nested else blocks":       {func(n int) string { return `[{"output":{"r":1}},` + elses(n, "[]")[1:] }, 32, "32 deep"},
		"expression in a block":    {func(n int) string { return ifs(n-1, output("true")) }, 32, "32 deep"},
		"operand in a block":       {func(n int) string { return ifs(n-2, output(`{"not":true}`)) }, 32, "32 deep"},
		"condition in a block": {func(n int) string {
			return `[{"output":{"r":1}},` + ifs(n-1, `[{"if":{"condition":true,"then":[]}}]`)[1:]
		}, 32, "32 deep"},
		"literal of in": {func(n int) string {
			return output(strings.Repeat(`{"not":`, n-2) + `{"in":[1,[1]]}` + strings.Repeat("}", n-2))
		}, 32, "32 deep"},
		"expressions":              {func(n int) string { return output(`{"and":` + list(n-1, "true") + `}`) }, 1024, "1024 expressions"},
		"expressions of in":        {func(n int) string { return output(`{"in":[1,` + list(n-2, "1") + `]}`) }, 1024, "1024 expressions"},
		"expressions, single":      {func(n int) string { return `{"and":` + list(n-1, "true") + `}` }, 1024, "1024 expressions"},
		"expressions, plain paths": {func(n int) string { return `{"and":[` + strings.Repeat("true,", n-4) + `{"==":["a",1]}]}` }, 1024, "1024 expressions"},
		"contains":                 {func(n int) string { return output(`{"and":` + list(n, `{"~!contains":["a","b"]}`) + `}`) }, 32, "32 of contains"},
		"the contains family": {func(n int) string {
			return output(`{"and":` + list(n-n/2, `{"~!ends_with":["a","b"]}`)[:len(list(n-n/2, `{"~!ends_with":["a","b"]}`))-1] + `,` + list(n/2, `{"starts_with":["a","b"]}`)[1:] + `}`)
		}, 32, "32 of contains"},
		"number":                    {func(n int) string { return output(`1.` + strings.Repeat("0", n-2)) }, 32, "32 characters"},
		"digits after the point":    {func(n int) string { return output(`{"==":[1,0.` + strings.Repeat("0", n-1) + `1]}`) }, 9, "9 digits"},
		"paths":                     {func(n int) string { return output(`{"and":` + numbered(n, `{"exists":"a%d"}`) + `}`) }, 64, "64 different paths"},
		"paths with each":           {func(n int) string { return output(`{"and":` + numbered(n, `{"==":[{"count":"a[?f%d]"},0]}`) + `}`) }, 8, "8 different paths"},
		"name of an output":         {func(n int) string { return `[{"output":{"` + strings.Repeat("n", n) + `":1}}]` }, 128, "128 bytes"},
		"name of a local":           {func(n int) string { return `[{"assign":{"` + strings.Repeat(`\u0061`, n) + `":1}},{"output":{"r":1}}]` }, 128, "128 bytes"},
		"name of a member":          {func(n int) string { return output(`{"exists":"` + strings.Repeat("n", n) + `"}`) }, 128, "128 bytes"},
		"name in a filter":          {func(n int) string { return output(`{"count":"a[?` + strings.Repeat("n", n) + `]"}`) }, 128, "128 bytes"},
		"literal":                   {func(n int) string { return output(`"` + strings.Repeat(`\u0061`, n) + `"`) }, 256, "256 bytes"},
		"literal of two-byte runes": {func(n int) string { return output(`"` + strings.Repeat(`é`, (n+1)/2) + `"`) }, 256, "256 bytes"},
		"literal in a list":         {func(n int) string { return output(`{"in":["",["` + strings.Repeat("x", n) + `"]]}`) }, 256, "256 bytes"},
		"text of a filter":          {func(n int) string { return output(`{"count":"a[?f == '` + strings.Repeat("x", n) + `']"}`) }, 256, "256 bytes"},
		"text":                      {func(n int) string { return strings.Repeat(" ", n-len(output("1"))) + output("1") }, 64 << 10, "65536"},
		"index":                     {func(n int) string { return output(fmt.Sprintf(`{"exists":"a[%d]"}`, n)) }, 4095, "4095"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := compiles(c.text(c.limit)); err != nil {
				t.Errorf("at the limit: %v", err)
			}
			err := compiles(c.text(c.limit + 1))
			if !errors.Is(err, ErrCompile) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("past the limit: got %v, want an error with %q", err, c.says)
			}
		})
	}
}

func TestTags(t *testing.T) {
	for _, c := range []struct {
		tags []string
		ok   bool
	}{
		{[]string{""}, true}, {[]string{"a"}, true}, {[]string{"d", "c", "b", "a_1"}, true}, {[]string{"7"}, true},
		{nil, false}, {[]string{"", "a"}, false}, {[]string{"a", "a"}, false}, {[]string{"a-b"}, false}, {[]string{"é"}, false},
		{[]string{"a", "b", "c", "d", "e"}, false}, {[]string{" "}, false},
	} {
		if _, err := Compile([]byte(output("true")), c.tags); (err == nil) != c.ok || err != nil && !errors.Is(err, ErrCompile) {
			t.Errorf("tags %q: %v", c.tags, err)
		}
	}
	for _, opt := range []Option{WithFormat("b", JWT), WithFormat("a", JWT+1)} {
		if _, err := Compile([]byte(output("true")), []string{"a"}, opt); !errors.Is(err, ErrCompile) {
			t.Errorf("bad option: %v", err)
		}
	}
}

// Texts made to be slow stay fast.
func TestCompileTime(t *testing.T) {
	// Two locals that every if may exchange, and a comparison after each: the
	// number of ways doubles with every step.
	var swaps strings.Builder
	swaps.WriteString(`[{"if":{"condition":true,"then":[{"assign":{"x0":1}},{"assign":{"y0":1}}],"else":[{"assign":{"x0":"a"}},{"assign":{"y0":"b"}}]}}`)
	n := 0
	for ; n < 100; n++ {
		fmt.Fprintf(&swaps, `,{"if":{"condition":{"==":[{"lvar":"x%[1]d"},{"lvar":"y%[1]d"}]},"then":[{"assign":{"x%[2]d":{"lvar":"x%[1]d"}}},{"assign":{"y%[2]d":{"lvar":"y%[1]d"}}}],`+
			`"else":[{"assign":{"x%[2]d":{"lvar":"y%[1]d"}}},{"assign":{"y%[2]d":{"lvar":"x%[1]d"}}}]}}`, n, n+1)
	}
	same := swaps.String() + fmt.Sprintf(`,{"output":{"r":{"==":[{"lvar":"x%d"},{"lvar":"y%d"}]}}}]`, n, n)
	cross := swaps.String() + fmt.Sprintf(`,{"output":{"r":{"==":[{"lvar":"x%d"},1]}}}]`, n)
	start := time.Now()
	if err := compiles(same); err != nil {
		t.Errorf("two locals that always have one type: %v", err)
	}
	if err := compiles(cross); !errors.Is(err, ErrCompile) {
		t.Errorf("a string on some way beside an integer: %v", err)
	}
	for _, text := range []string{
		strings.Repeat("[", MaxText), strings.Repeat(`{"not":`, MaxText/7), "[" + strings.Repeat("{},", MaxText/3-1) + "{}]",
		output(`{"exists":"` + strings.Repeat("a.", MaxText/2-20) + `a"}`),
	} {
		if err := compiles(text); err != nil && !errors.Is(err, ErrCompile) {
			t.Errorf("%.20s: %v", text, err)
		}
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("compiling took %v", d)
	}
}
