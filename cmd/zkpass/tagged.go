package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"strings"
	"unicode"

	"github.com/zkpass-go/zkpass"
)

// tagged is an argument of the form [tag:]value.
type tagged struct {
	tag   string // empty if there is none
	value string
}

// parseTagged splits an argument. What stands before the first colon is a tag if
// it is made of letters, digits and _ and no // follows the colon. So URLs carry
// no tag by themselves, and ./a:b.json is a file. C:\x is a path, and on Windows C:/x.
func parseTagged(arg string) tagged {
	tag, value, found := strings.Cut(arg, ":")
	if !found || !zkpass.ValidTag(tag) || strings.HasPrefix(value, "//") || isDrive(tag, value) {
		return tagged{value: arg}
	}
	return tagged{tag, value}
}

// isDrive reports whether an argument is a path that begins with the letter of a drive.
func isDrive(tag, rest string) bool {
	return len(tag) == 1 && unicode.IsLetter(rune(tag[0])) &&
		(strings.HasPrefix(rest, `\`) || runtime.GOOS == "windows" && strings.HasPrefix(rest, "/"))
}

// hintAtTag adds to the error of a file that is not there that a part of its name
// may have been taken for a tag.
func hintAtTag(err error, tag, file string) error {
	if tag == "" || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return withHint(err, "%s was taken for a tag; write ./%s:%s for a file of that name", tag, tag, file)
}

// parseAllTagged splits the values of a flag and returns them by tag.
func parseAllTagged(flag string, args []string) (map[string]string, error) {
	values := make(map[string]string, len(args))
	for _, arg := range args {
		t := parseTagged(arg)
		if t.value == "" {
			return nil, fmt.Errorf("--%s: nothing follows the tag %s", flag, t.tag)
		}
		if _, ok := values[t.tag]; ok {
			return nil, fmt.Errorf("--%s: %s is given twice", flag, tagName(t.tag))
		}
		values[t.tag] = t.value
	}
	return values, nil
}

// checkTags reports an error unless the tags can stand together in one request.
func checkTags(flag string, tags []string) error {
	if len(tags) > zkpass.MaxDocuments {
		return fmt.Errorf("--%s: at most %d documents, there are %d", flag, zkpass.MaxDocuments, len(tags))
	}
	if slices.Contains(tags, "") && len(tags) > 1 {
		return fmt.Errorf("--%s: with several documents each needs a tag, as in bank:FILE", flag)
	}
	return nil
}

// onlyFor reports an error if the values of a flag are for documents that there
// are not.
func onlyFor[V, D any](flag string, values map[string]V, documents map[string]D) error {
	for _, tag := range sortedKeys(values) {
		if _, ok := documents[tag]; !ok {
			names := make([]string, 0, len(documents))
			for _, known := range sortedKeys(documents) {
				names = append(names, tagName(known))
			}
			return fmt.Errorf("--%s: %s is not among the documents, which are: %s", flag, tagName(tag), strings.Join(names, ", "))
		}
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// tagName names a document in a message.
func tagName(tag string) string {
	if tag == "" {
		return "the document without a tag"
	}
	return "tag " + tag
}
