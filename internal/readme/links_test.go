package readme

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading  = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	dropped  = regexp.MustCompile("[^a-z0-9 _-]")
	examples = regexp.MustCompile("(?ms)^```.*?^```")
)

// anchor is the fragment under which a heading is found.
func anchor(title string) string {
	return strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(title), ""), " ", "-")
}

// Every link of a page to a file of this module, and to a heading of a page,
// leads somewhere.
func TestLinks(t *testing.T) {
	pages, err := filepath.Glob(filepath.Join(root, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	docs, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	pages = append(pages, docs...)
	anchors := map[string]map[string]bool{}
	texts := map[string]string{}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		texts[page] = examples.ReplaceAllString(string(text), "")
		anchors[page] = map[string]bool{}
		for _, h := range heading.FindAllStringSubmatch(texts[page], -1) {
			anchors[page][anchor(h[1])] = true
		}
	}
	checked := 0
	for page, text := range texts {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			target, fragment, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, ":") {
				continue // another site
			}
			file := page
			if target != "" {
				file = filepath.Join(filepath.Dir(page), target)
			}
			checked++
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: link to %s: %v", page, m[1], err)
			} else if known, ok := anchors[file]; ok && fragment != "" && !known[fragment] {
				t.Errorf("%s: link to %s: no such heading", page, m[1])
			}
		}
	}
	if checked == 0 {
		t.Error("no links found")
	}
}
