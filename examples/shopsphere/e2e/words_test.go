package e2e

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
)

// Keys of sentences in templates and in code, and beginnings of keys that are made there.
var (
	keyInPage    = regexp.MustCompile(`T "([a-zA-Z.]+)"`)
	keyInCode    = regexp.MustCompile(`(?:Say|\.T)\("([a-zA-Z.]+)"`)
	beginsInPage = regexp.MustCompile(`print "([a-z.]+\.)"`)
	text         = regexp.MustCompile(`"([a-zA-Z]+(?:\.[a-zA-Z]+)*)"`)
)

// TestWords: every sentence that a page says is there in each language, and none is
// there that nobody says.
func TestWords(t *testing.T) {
	for site, begins := range map[string][]string{
		"app":      {"claim.", "signin.", "step.", "value.", "refuse.", "over.", "form.", "nopage.", "fail.", "busy.", "signinover.", "declined."},
		"krisna":   {"refuse.", "link.", "product.", "form.", "nopage.", "fail.", "nokeys.", "noproof.", "stranger."},
		"provider": {"home.", "gone.", "nopage."},
	} {
		t.Run(site, func(t *testing.T) {
			dir := filepath.Join("..", site)
			catalogue, err := web.ReadCatalogue(os.DirFS(filepath.Join(dir, "words")))
			if err != nil {
				t.Fatal(err)
			}
			keys := catalogue.Keys()
			if languages, _ := fs.Glob(os.DirFS(dir), "words/*.json"); !slices.Equal(languages, []string{"words/en.json", "words/id.json"}) {
				t.Errorf("the catalogues are %q", languages)
			}
			used := make(map[string]bool)
			for _, file := range filesIn(t, dir) {
				source, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				literal := keyInCode
				if strings.HasSuffix(file, ".html") {
					literal = keyInPage
					for _, m := range beginsInPage.FindAllStringSubmatch(string(source), -1) {
						begins = append(begins, m[1])
					}
				}
				for _, m := range literal.FindAllStringSubmatch(string(source), -1) {
					if !slices.Contains(keys, m[1]) && !strings.HasPrefix(m[1], ".") && !strings.HasSuffix(m[1], ".") {
						t.Errorf("%s says %s, which is not there", file, m[1])
					}
				}
				for _, m := range text.FindAllStringSubmatch(string(source), -1) {
					used[m[1]] = true
				}
			}
			if len(used) == 0 {
				t.Fatal("no sentences are found")
			}
			for _, key := range keys {
				if !used[key] && !slices.ContainsFunc(begins, func(b string) bool { return strings.HasPrefix(key, b) }) {
					t.Errorf("nobody says %s; what is said is %q", key, slices.Sorted(maps.Keys(used)))
				}
			}
		})
	}
}

// filesIn are the pages of a site and its code but the tests.
func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*.go", "pages/*.html"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, slices.DeleteFunc(found, func(name string) bool { return strings.HasSuffix(name, "_test.go") })...)
	}
	return files
}
