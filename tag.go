package zkpass

import (
	"fmt"
	"maps"
	"slices"
)

// maxTag bounds the length of a tag in bytes, as that of names in a query.
const maxTag = 128

// ValidTag reports whether a tag that is not empty may name a document: ASCII
// letters, digits and _.
func ValidTag(tag string) bool {
	for i := 0; i < len(tag); i++ {
		c := tag[i]
		if c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return tag != "" && len(tag) <= maxTag
}

// sortedTags returns the tags of a map by document, in byte order, and checks
// them as a whole.
func sortedTags[V any](m map[string]V) ([]string, error) {
	if len(m) == 0 || len(m) > MaxDocuments {
		return nil, malformed("want 1 to %d documents, there are %d", MaxDocuments, len(m))
	}
	tags := slices.Sorted(maps.Keys(m))
	for _, tag := range tags {
		if tag == "" && len(m) == 1 {
			continue
		}
		if tag == "" {
			return nil, malformed("an empty tag stands beside others")
		}
		if !ValidTag(tag) {
			return nil, malformed("tag %s: want at most %d letters, digits and _", quoteName(tag), maxTag)
		}
	}
	return tags, nil
}

// forTag names a document in an error.
func forTag(tag string, err error) error {
	if tag == "" {
		return fmt.Errorf("the document: %w", err)
	}
	return fmt.Errorf("document %s: %w", tag, err)
}
