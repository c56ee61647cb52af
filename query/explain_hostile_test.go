package query

import (
	"encoding/json"
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

var (
	quotedText = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	quotedName = regexp.MustCompile(`‘[A-Za-z0-9_.…\[\]]*’`)
	word       = regexp.MustCompile(`[^\s0-9.,;:()\[\]{}<=|…\\-]+`)
)

// ownVoice requires that, outside of quotes, a text has nothing but the
// words of the catalogue.
func ownVoice(language Language, text string) error {
	rest := quotedText.ReplaceAllString(text, "")
	rest = quotedName.ReplaceAllString(rest, "")
	for _, w := range word.FindAllString(rest, -1) {
		if !ownVocabulary[language][w] {
			return fmt.Errorf("%q is no word of explanations, in: %s", w, text)
		}
	}
	return nil
}

// ownVocabulary are the words that explanations have outside of quotes.
var ownVocabulary = func() map[Language]map[string]bool {
	all := map[Language]map[string]bool{}
	for language, words := range catalogues {
		all[language] = map[string]bool{}
		for op := range containments {
			all[language][op] = true
		}
		for _, template := range words {
			for _, w := range word.FindAllString(quotedText.ReplaceAllString(template, ""), -1) {
				all[language][w] = true
			}
		}
	}
	return all
}()

// checkExplanation holds an explanation against what every one must keep to.
func checkExplanation(t testing.TB, p *Program) Explanation {
	t.Helper()
	for _, language := range Languages() {
		checkExplanationIn(t, language, p)
	}
	return Explain(p)
}

func checkExplanationIn(t testing.TB, language Language, p *Program) {
	t.Helper()
	x := ExplainIn(language, p)
	text := x.String()
	for _, a := range x.Advice {
		if err := ownVoice(language, a.Text); err != nil {
			t.Fatal(err)
		}
		text := a.String()
		if r := strange(text); r != 0 {
			t.Fatalf("%+q holds %U", text, r)
		}
	}
	if len(text) > MaxExplanation {
		t.Fatalf("the text has %d bytes", len(text))
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for _, line := range lines {
		if r := strange(line); r != 0 {
			t.Fatalf("%+q holds %U", line, r)
		}
		if err := ownVoice(language, line); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := json.Marshal(x)
	if err != nil || len(raw) > 5*MaxExplanation || strings.Contains(string(raw), "null,") || strings.Contains(string(raw), ":null") {
		t.Fatalf("%d bytes of JSON, %v", len(raw), err)
	}
	if r := strange(string(raw)); r != 0 {
		t.Fatalf("the JSON holds %U", r)
	}
	for _, o := range x.Outputs {
		texts := append([]string{o.Value}, o.When...)
		for _, r := range o.Reveals {
			texts = append(texts, r.Facts...)
		}
		for _, s := range texts {
			if !x.Complete && len(s) > 1100 {
				t.Fatalf("a text of %d bytes in what is cut", len(s))
			}
		}
	}
	outputs, locals := 0, 0
	var count func([]Statement)
	count = func(list []Statement) {
		for _, s := range list {
			switch s.Kind {
			case Output:
				outputs++
			case Assign:
				locals++
			}
			count(s.Then)
			count(s.Else)
		}
	}
	count(p.Body)
	if len(x.Outputs)+x.MoreOutputs != outputs || len(x.Locals)+x.MoreLocals != locals || len(x.Reads) != len(p.Paths) {
		t.Fatalf("%d + %d of %d outputs, %d + %d of %d locals, %d of %d paths",
			len(x.Outputs), x.MoreOutputs, outputs, len(x.Locals), x.MoreLocals, locals, len(x.Reads), len(p.Paths))
	}
	// Nothing is left out silently.
	if x.Complete {
		if x.MoreOutputs+x.MoreLocals > 0 || strings.Contains(text, "…") {
			t.Fatalf("something is left out of what is called complete: %s", text)
		}
		return
	}
	words := catalogues[language]
	start, _, _ := strings.Cut(words[sayIncomplete], ":")
	if len(x.Warnings) == 0 || !strings.HasPrefix(x.Warnings[0], start) || !strings.HasPrefix(text, words.sentence(sayWarning, plain(start))) {
		t.Fatalf("something is left out silently: %.200s", text)
	}
}

// hostileQueries have explanations of megabytes if nothing bounds them.
func hostileQueries() map[string]string {
	repeat := func(n int, f func(i int) string) string {
		var list []string
		for i := range n {
			list = append(list, f(i))
		}
		return strings.Join(list, ",")
	}
	longPath := strings.Repeat("a.", 12000) + "secret"
	many := func(name func(i int) string, n int) string {
		return repeat(n, func(i int) string { return `{"exists":"` + name(i) + `"}` })
	}
	nested := func(cond, inner string) string {
		return strings.Repeat(`{"if":{"condition":`+cond+`,"then":[`, 29) + inner + strings.Repeat(`]}}`, 29)
	}
	tags := func(i int) string { return fmt.Sprintf(`\"%d%s\"`, i, strings.Repeat("\U000e0041", 30)) }
	return map[string]string{
		"one long path in many outputs": `[{"assign":{"x":{"dvar":"` + longPath + `"}}},` + repeat(1000, func(i int) string { return fmt.Sprintf(`{"output":{"%d":{"lvar":"x"}}}`, i) }) + `]`,
		"many outputs":                  `[` + repeat(1020, func(i int) string { return fmt.Sprintf(`{"output":{"o%d":{"now":[]}}}`, i) }) + `]`,
		"one long literal in a local":   `[{"assign":{"x":"` + strings.Repeat("\x7f", 256) + `"}},` + repeat(1000, func(i int) string { return fmt.Sprintf(`{"output":{"%d":{"lvar":"x"}}}`, i) }) + `]`,
		"a local of all paths":          `[{"assign":{"x":{"or":[` + many(func(i int) string { return fmt.Sprintf("p%d", i) }, 64) + `]}}},` + repeat(800, func(i int) string { return fmt.Sprintf(`{"output":{"%d":{"lvar":"x"}}}`, i) }) + `]`,
		"a chain of locals":             `[{"assign":{"x0":{"exists":"a"}}},` + repeat(500, func(i int) string { return fmt.Sprintf(`{"assign":{"x%d":{"and":[{"lvar":"x%d"}]}}}`, i+1, i) }) + `,{"output":{"r":{"lvar":"x500"}}}]`,
		"locals of locals": `[{"assign":{"x0":{"or":[` + many(func(i int) string { return fmt.Sprintf("p%d", i) }, 60) + `]}}},` + repeat(300, func(i int) string {
			return fmt.Sprintf(`{"assign":{"x%d":{"and":[{"lvar":"x%d"},{"lvar":"x%d"}]}}}`, i+1, i, i)
		}) + `,{"output":{"r":{"lvar":"x300"}}}]`,
		"nested conditions":               `[` + nested(`{"and":[`+many(func(i int) string { return fmt.Sprintf("p%d", i) }, 20)+`]}`, repeat(400, func(i int) string { return fmt.Sprintf(`{"output":{"%d":true}}`, i) })) + `]`,
		"names that do not show":          `[{"output":{"r":{"or":[` + many(func(i int) string { return tags(i) }, 64) + `]}}}]`,
		"paths of names that do not show": `[{"output":{"r":{"or":[` + many(func(i int) string { return tags(i) + strings.Repeat(`.\"`+strings.Repeat("\x7f", 64)+`\"`, 11) }, 64) + `]}}}]`,
		"filters": `[{"output":{"r":{"and":[` + repeat(8, func(i int) string {
			return fmt.Sprintf(`{"==":[{"dvar":"a[?\"%d%s\" == '%s'].b"},1]}`, i, strings.Repeat("\x7f", 127), strings.Repeat("\u2028", 85))
		}) + `]}}}]`,
		"conditions of locals": `[{"assign":{"x":{"or":[` + many(func(i int) string { return fmt.Sprintf("p%d", i) }, 64) + `]}}},{"output":{"r":1}},` +
			repeat(400, func(i int) string { return `{"if":{"condition":{"lvar":"x"},"then":[],"else":[]}}` }) + `]`,
	}
}

func TestExplainHostile(t *testing.T) {
	for name, text := range hostileQueries() {
		t.Run(name, func(t *testing.T) {
			p := mustCompile(t, text)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			x := Explain(p)
			runtime.ReadMemStats(&after)
			if n := after.TotalAlloc - before.TotalAlloc; n > 16<<20 {
				t.Errorf("explaining allocates %d bytes", n)
			}
			checkExplanation(t, p)
			t.Logf("%d bytes allocated", after.TotalAlloc-before.TotalAlloc)
			t.Logf("complete %v: %d bytes of text; left out: %d outputs, %d locals", x.Complete, len(x.String()), x.MoreOutputs, x.MoreLocals)
		})
	}
}

// A member that is shown at the end of much that is harmless is in sight
// although the output that shows it is not.
func TestExplainNamesWhatIsShown(t *testing.T) {
	var b strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&b, `{"output":{"harmless answer number %d":true}},`, i)
	}
	p := mustCompile(t, "["+b.String()+`{"if":{"condition":{"exists":"diagnosis"},"then":[{"output":{"x":{"dvar":"license"}}}]}}]`)
	x := checkExplanation(t, p)
	if x.Complete || x.MoreOutputs == 0 {
		t.Fatal("the whole query is shown: the test needs a longer one")
	}
	if x.Reads[0].Path != "diagnosis" || x.Reads[0].Shown != ShownByAnswers || x.Reads[1].Path != "license" || x.Reads[1].Shown != ShownValue {
		t.Errorf("reads are %+v", x.Reads)
	}
	if want := "‘license’ (its value, whether the issuer marked it): shown"; !strings.Contains(x.String(), want) {
		t.Errorf("the text lacks %q", want)
	}
}

// Names and literals do not pass for words of the explanation.
func TestExplainQuotes(t *testing.T) {
	for _, s := range []string{
		"x\n  ‘result’, true or false\n    tells nothing", "x\u2028It reads:", `" and that is all`, "x” and that is all “", "\u202edeppihs", "a\u200bb", "\u0000",
		"’ = true", "x" + strings.Repeat(" ", 100) + "It reads nothing", "\U000e0041\U000e0042", "\x1b[2J", "not shown", "…",
	} {
		quoted := string(mustJSON(t, s))
		inPath := string(mustJSON(t, string(mustJSON(t, s))))
		filter := string(mustJSON(t, `l[?f == '`+strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s)+`'].n`))
		p := mustCompile(t, `[{"assign":{`+quoted+`:{"dvar":`+inPath+`}}},{"output":{`+quoted+`:{"==":[{"lvar":`+quoted+`},`+quoted+`]}}},
			{"output":{"f":{"dvar":`+filter+`}}},{"if":{"condition":{"in":[{"dvar":`+inPath+`},[`+quoted+`]]},"then":[{"output":{"g":true}}]}}]`)
		x := checkExplanation(t, p)
		if !x.Complete || !strings.Contains(x.String(), string(appendVisible(nil, s, 0))) {
			t.Errorf("%+q is not in %s", s, x)
		}
		if got, want := strings.Count(x.String(), "\n"), 16+len(x.Warnings); got != want {
			t.Errorf("%+q: %d lines, want %d:\n%s", s, got, want, x)
		}
	}
}

func mustJSON(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func FuzzExplain(f *testing.F) {
	for _, c := range readCases(f, "testdata/cases.json") {
		if len(c.Query) < 2000 {
			f.Add([]byte(c.Query), false)
		}
	}
	for _, text := range hostileQueries() {
		f.Add([]byte(text), true)
	}
	f.Fuzz(func(t *testing.T, text []byte, jwt bool) {
		format := ZkPass
		if jwt {
			format = JWT
		}
		if p, err := Compile(text, []string{""}, WithFormat("", format)); err == nil {
			checkExplanation(t, p)
		}
	})
}
