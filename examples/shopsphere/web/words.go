package web

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// Catalogue has the sentences of a site in each of its languages, by key. In a sentence
// {name} stands for an argument.
type Catalogue struct {
	tags    []language.Tag
	words   []map[string]string
	matcher language.Matcher
}

// firstLanguage is the one that all others are translated from, and that people get
// whose own there is no catalogue for.
const firstLanguage = "en"

// ReadCatalogue reads the files named after their language, such as id.json: objects of
// sentences by key. All must have the same keys with the same arguments.
func ReadCatalogue(files fs.FS) (*Catalogue, error) {
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return nil, err
	}
	slices.SortFunc(names, func(a, b string) int {
		if a == firstLanguage+".json" {
			return -1
		}
		if b == firstLanguage+".json" {
			return 1
		}
		return strings.Compare(a, b)
	})
	c := new(Catalogue)
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		words := make(map[string]string)
		if err := json.Unmarshal(text, &words); err != nil {
			return nil, fmt.Errorf("reading catalogue %s: %w", name, err)
		}
		tag, err := language.Parse(strings.TrimSuffix(name, path.Ext(name)))
		if err != nil {
			return nil, fmt.Errorf("reading catalogue %s: %w", name, err)
		}
		c.tags, c.words = append(c.tags, tag), append(c.words, words)
		if err := sameSentences(c.words[0], words); err != nil {
			return nil, fmt.Errorf("reading catalogue %s: %w", name, err)
		}
	}
	if len(c.tags) == 0 || c.tags[0].String() != firstLanguage {
		return nil, fmt.Errorf("reading catalogues: no %s.json", firstLanguage)
	}
	c.matcher = language.NewMatcher(c.tags)
	return c, nil
}

var argument = regexp.MustCompile(`\{[a-z]+\}`)

func argumentsOf(sentence string) []string {
	found := argument.FindAllString(sentence, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// sameSentences reports the first key that one of two catalogues lacks, or whose
// sentences have other arguments.
func sameSentences(first, other map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(first)) {
		sentence, ok := other[key]
		if !ok {
			return fmt.Errorf("%s is missing", key)
		}
		if sentence == "" {
			return fmt.Errorf("%s is empty", key)
		}
		if want, got := argumentsOf(first[key]), argumentsOf(sentence); !slices.Equal(got, want) {
			return fmt.Errorf("%s has the arguments %q, want %q", key, got, want)
		}
	}
	for key := range other {
		if _, ok := first[key]; !ok {
			return fmt.Errorf("%s is in no other catalogue", key)
		}
	}
	return nil
}

// Keys returns the keys of all sentences, sorted.
func (c *Catalogue) Keys() []string { return slices.Sorted(maps.Keys(c.words[0])) }

// For returns the words of the language that a browser asks for.
func (c *Catalogue) For(r *http.Request) Words {
	asked, _, _ := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	_, i, _ := c.matcher.Match(asked...)
	return Words{Lang: c.tags[i].String(), words: c.words[i]}
}

// Words are a site's sentences in one language.
type Words struct {
	// Lang is the language, for the attribute lang.
	Lang  string
	words map[string]string
}

// Sentence is one to be said in whatever language a reader has: its key in the
// catalogue, and names and values of its arguments in turn.
type Sentence struct {
	Key       string
	Arguments []any
}

// Say returns a sentence.
func Say(key string, arguments ...any) Sentence { return Sentence{key, arguments} }

// T returns the sentence with a key. Arguments are names and values in turn; those that
// the sentence has must be among them.
func (w Words) T(key string, arguments ...any) (string, error) {
	sentence, ok := w.words[key]
	if !ok {
		return "", fmt.Errorf("no sentence %q", key)
	}
	pairs := make([]string, 0, len(arguments))
	for i := 0; i+1 < len(arguments); i += 2 {
		pairs = append(pairs, fmt.Sprintf("{%v}", arguments[i]), fmt.Sprint(arguments[i+1]))
	}
	for _, want := range argumentsOf(sentence) {
		if i := slices.Index(pairs, want); i < 0 || i%2 != 0 {
			return "", fmt.Errorf("sentence %q lacks the argument %s", key, want)
		}
	}
	return strings.NewReplacer(pairs...).Replace(sentence), nil
}

// Say returns a sentence in these words.
func (w Words) Say(s Sentence) (string, error) { return w.T(s.Key, s.Arguments...) }
