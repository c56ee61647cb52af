package query

import (
	"slices"
	"strings"
)

// An Option changes how [Compile] reads a query.
type Option func(*[]Source) error

// WithFormat gives the format of one document, which is [ZkPass] otherwise.
func WithFormat(tag string, f Format) Option {
	return func(docs *[]Source) error {
		i := documentOf(*docs, tag)
		if i < 0 {
			return compileErrorf("", "a format is given for a tag that the query's documents do not have")
		}
		if f != ZkPass && f != JWT {
			return compileErrorf("", "unknown format of a document: expected zkpass or jwt")
		}
		(*docs)[i].Format = f
		return nil
	}
}

// Compile parses and checks a query over the documents with the given tags, 1 to
// [MaxDocuments] of them in any order. The only tag "" means that paths carry no
// tag. Errors are of type [*CompileError] and match [ErrCompile].
//
// The work is bounded by the limits: at most a few milliseconds and megabytes
// for the worst text.
func Compile(text []byte, tags []string, opts ...Option) (*Program, error) {
	docs, err := sources(tags, opts)
	if err != nil {
		return nil, err
	}
	p := parser{docs: docs}
	body, err := p.query(text)
	if err != nil {
		return nil, err
	}
	prog := &Program{Documents: docs, Paths: p.paths, Body: body}
	if err := check(prog); err != nil {
		return nil, err
	}
	return prog, nil
}

func sources(tags []string, opts []Option) ([]Source, error) {
	if len(tags) == 0 || len(tags) > MaxDocuments {
		return nil, compileErrorf("", "the query has %d documents: expected 1 to %d", len(tags), MaxDocuments)
	}
	var docs []Source
	for _, tag := range tags {
		switch {
		case tag == "" && len(tags) > 1:
			return nil, compileErrorf("", "an empty tag is allowed only if it is the only one")
		case tagLength(tag) < len(tag) || len(tag) > MaxName:
			return nil, compileErrorf("", "a tag is not made of at most %d ASCII letters, digits and _", MaxName)
		case documentOf(docs, tag) >= 0:
			return nil, compileErrorf("", "tag %s is given twice", tag)
		}
		docs = append(docs, Source{Tag: tag})
	}
	slices.SortFunc(docs, func(a, b Source) int { return strings.Compare(a.Tag, b.Tag) })
	for _, opt := range opts {
		if err := opt(&docs); err != nil {
			return nil, err
		}
	}
	return docs, nil
}
