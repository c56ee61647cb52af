package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/query"
)

func newQuery() *cobra.Command {
	return newGroup(&cobra.Command{
		Use:     "query",
		Short:   "check, explain and evaluate queries",
		Example: "  zkpass query check query.json",
	}, newQueryCheck(), newQueryEval(), newQueryExplain())
}

// queryFlags tell of the documents that a query is about.
type queryFlags struct {
	tags    []string
	formats []string
}

func (flags *queryFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&flags.tags, "tags", nil, "tags of the documents, as in a,b (default: one document without a tag)")
	addFormat(cmd, &flags.formats)
}

// read reads and compiles the query in a file.
func (flags *queryFlags) read(path string) (*query.Program, error) {
	documents := map[string]zkpass.Format{}
	for _, tag := range flags.tags {
		if !zkpass.ValidTag(tag) {
			return nil, fmt.Errorf("--tags: want letters, digits and _, not %q", tag)
		}
		if _, ok := documents[tag]; ok {
			return nil, fmt.Errorf("--tags: %s is given twice", tagName(tag))
		}
		documents[tag] = zkpass.FormatZKPass
	}
	if len(flags.tags) == 0 {
		documents[""] = zkpass.FormatZKPass
	}
	if err := checkTags("tags", sortedKeys(documents)); err != nil {
		return nil, err
	}
	formats, err := parseFormats(flags.formats)
	if err != nil {
		return nil, err
	}
	if err := onlyFor("format", formats, documents); err != nil {
		return nil, err
	}
	for tag, format := range formats {
		documents[tag] = format
	}
	program, _, err := readQuery(path, documents)
	if errors.Is(err, query.ErrCompile) {
		return nil, withHint(err, "--tags and --format tell of the documents; docs/query-language.md is about the rest")
	}
	return program, err
}

// advise writes what the author of a query may have missed.
func advise(cmd *cobra.Command, path string, list []query.Advice) {
	for _, a := range list {
		note(cmd, "warning: %s: %s", path, oneLine(a.String()))
	}
}

// plural returns a number with the word for what it counts.
func plural(n int, word string) string {
	if n != 1 && !strings.HasSuffix(word, "s") {
		word += "s"
	}
	return fmt.Sprintf("%d %s", n, word)
}
