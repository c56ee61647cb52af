package query

import (
	"go/ast"
	goparser "go/parser"
	"go/token"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// declaredKeys are the constants of type key, by name, and how often each is used
// outside of catalogues and its declaration.
func declaredKeys(t *testing.T) (keys map[string]key, uses map[string]int) {
	t.Helper()
	keys, uses = map[string]key{}, map[string]int{}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		name := e.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := goparser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if typ, ok := n.Type.(*ast.Ident); ok && typ.Name == "key" {
					for i, name := range n.Names {
						if len(n.Values) == 0 {
							continue
						}
						keys[name.Name] = key(strings.Trim(n.Values[i].(*ast.BasicLit).Value, `"`))
					}
					return false
				}
			case *ast.Ident:
				if name != "english.go" && name != "indonesian.go" {
					names = append(names, n.Name)
				}
			}
			return true
		})
	}
	for _, name := range names {
		if _, ok := keys[name]; ok {
			uses[name]++
		}
	}
	return keys, uses
}

var argumentForm = regexp.MustCompile(`\{[0-9]\}`)

// Every key has a sentence in every language, with the same arguments in each, and
// is used.
func TestCatalogues(t *testing.T) {
	keys, uses := declaredKeys(t)
	if len(keys) < 90 {
		t.Fatalf("only %d keys are found", len(keys))
	}
	texts := map[key]string{}
	for name, k := range keys {
		if texts[k] != "" {
			t.Errorf("%s and %s are both %q", name, texts[k], k)
		}
		texts[k] = name
		if uses[name] == 0 {
			t.Errorf("%s is not used", name)
		}
	}
	if len(catalogues) != len(Languages()) {
		t.Errorf("%d catalogues, %d languages", len(catalogues), len(Languages()))
	}
	for _, language := range Languages() {
		words := catalogues[language]
		for name, k := range keys {
			template, ok := words[k]
			if !ok || strings.TrimSpace(template) == "" {
				t.Errorf("%s: %s has no sentence", language, name)
			}
			want, got := argumentForm.FindAllString(english[k], -1), argumentForm.FindAllString(template, -1)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %s has arguments %q, want %q", language, name, got, want)
			}
		}
		for k := range words {
			if texts[k] == "" {
				t.Errorf("%s: no key is %q", language, k)
			}
		}
	}
	for language, words := range catalogues {
		if language == English {
			continue
		}
		same := 0
		for k, template := range words {
			if template == english[k] && strings.ContainsAny(argumentForm.ReplaceAllString(template, ""), "abcdefghijklmnopqrstuvwxyz") {
				same++
			}
		}
		if same > 3 {
			t.Errorf("%s: %d sentences are English", language, same)
		}
	}
}

func TestSay(t *testing.T) {
	c := catalogue{"a": `{1} and {0}, {"<": [{"now": []}, {0}]}`, "b": "none", "c": "{0}"}
	for _, tt := range []struct {
		k    key
		args []string
		want string
	}{
		{"a", []string{"x", "{0}"}, `{0} and x, {"<": [{"now": []}, x]}`},
		{"b", nil, "none"},
		{"c", []string{"{1}"}, "{1}"},
		{"nosuch", nil, ""},
	} {
		var args []argument
		for _, a := range tt.args {
			args = append(args, plain(a))
		}
		if got := c.sentence(tt.k, args...); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.k, got, tt.want)
		}
	}
}

func TestExplainIn(t *testing.T) {
	p := mustCompile(t, output(`{"and":[{">=":[{"get_age":[{"dvar":"lahir"},"YYYY-MM-DD"]},18]},{"~==":[{"dvar":"kota"},"Bandung"]}]}`))
	const want = `Pihak yang memeriksa mengetahui:
  ‘r’, true (ya) atau false (tidak)
    jika true: semua ini terpenuhi:
      - umur dalam tahun penuh menurut tanggal di ‘lahir’ paling sedikit 18
      - ‘kota’ sama dengan "Bandung" (huruf besar dan kecil A sampai Z dianggap sama)
    jika false: setidaknya satu dari ini tidak terpenuhi, tanpa diketahui yang mana
Yang dibaca:
  ‘lahir’ (nilainya): tidak diperlihatkan, tetapi jawaban memberitahukan sesuatu tentangnya
  ‘kota’ (nilainya): tidak diperlihatkan, tetapi jawaban memberitahukan sesuatu tentangnya
`
	x := ExplainIn(Indonesian, p)
	if got := x.String(); got != want || x.Language != Indonesian {
		t.Errorf("%s:\n%s", x.Language, got)
	}
	if x := ExplainIn("tlh", p); x.Language != English || x.String() != Explain(p).String() {
		t.Errorf("an unknown language gives %q", x.Language)
	}
	if got := (Explanation{Complete: true}).String(); !strings.HasPrefix(got, "The verifier learns:") {
		t.Errorf("the zero explanation is %q", got)
	}
	if !slices.Equal(slices.Sorted(maps.Keys(catalogues)), slices.Sorted(slices.Values(Languages()))) {
		t.Errorf("languages are %v", Languages())
	}
}
