package query

import (
	"strconv"
	"strings"
)

// Language is a language that explanations are in.
type Language string

// The languages of explanations.
const (
	English    Language = "en"
	Indonesian Language = "id"
)

// Languages returns the languages that there is a catalogue for.
func Languages() []Language { return []Language{English, Indonesian} }

// catalogues have every sentence of explanations in each language, by key. They
// have the same keys, and for each the same arguments, in an order of their own.
var catalogues = map[Language]catalogue{English: english, Indonesian: indonesian}

// A key names a sentence of explanations, or a part of one.
type key string

// A catalogue has a template for each key. {0}, {1} and so on stand for the
// arguments.
type catalogue map[key]string

// An argument adds what stands in place of {n} in a template.
type argument func(*phrase)

// plain is an argument that is a text. Whatever comes from the query must be
// quoted in it.
func plain(s string) argument { return func(w *phrase) { w.add(s) } }

// say adds a sentence.
func (w *phrase) say(k key, args ...argument) {
	template := w.words[k]
	for i := 0; i < len(template) && !w.cut; {
		n := placeholder(template[i:])
		if n == 0 {
			w.add(template[i:])
			return
		}
		if n > 0 {
			w.add(template[i : i+n])
			i += n
			continue
		}
		args[template[i+1]-'0'](w)
		i += len("{0}")
	}
}

// placeholder returns how many bytes of a template come before the next {n}: 0 if
// there is none, and -1 if the template begins with it.
func placeholder(template string) int {
	for i := range len(template) - 2 {
		if template[i] == '{' && template[i+1] >= '0' && template[i+1] <= '9' && template[i+2] == '}' {
			if i == 0 {
				return -1
			}
			return i
		}
	}
	return 0
}

// sentence is one that is not cut, since all of an explanation is shorter.
func (c catalogue) sentence(k key, args ...argument) string {
	w := phrase{words: c, style: style{item: 2 * MaxExplanation}}
	w.say(k, args...)
	return string(w.buf)
}

// counted is the sentence for one thing or for a number of them.
func (c catalogue) counted(n int, one, many key) string {
	if n == 1 {
		return c.sentence(one)
	}
	return c.sentence(many, plain(strconv.Itoa(n)))
}

// uses lists what is done with a path.
func (c catalogue) uses(list []Use) string {
	var words []string
	for _, u := range list {
		words = append(words, c.sentence(useKeys[u]))
	}
	return strings.Join(words, ", ")
}
