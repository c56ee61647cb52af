package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/query"
)

// addFormat adds the flag for the formats of documents.
func addFormat(cmd *cobra.Command, formats *[]string) {
	cmd.Flags().StringArrayVar(formats, "format", nil, "format of a document, [tag:]jwt or [tag:]zkpass (default zkpass)")
	completeWith(cmd, "format", string(zkpass.FormatJWT), string(zkpass.FormatZKPass))
}

// parseFormats reads the values of --format by tag.
func parseFormats(args []string) (map[string]zkpass.Format, error) {
	values, err := parseAllTagged("format", args)
	if err != nil {
		return nil, err
	}
	formats := make(map[string]zkpass.Format, len(values))
	for tag, value := range values {
		format := zkpass.Format(value)
		if format != zkpass.FormatZKPass && format != zkpass.FormatJWT {
			return nil, fmt.Errorf("--format: want %s or %s, not %q", zkpass.FormatJWT, zkpass.FormatZKPass, value)
		}
		formats[tag] = format
	}
	return formats, nil
}

// readQuery reads and compiles a query for documents with the given formats,
// by tag. It returns the text too.
func readQuery(path string, formats map[string]zkpass.Format) (*query.Program, string, error) {
	text, err := readText(path, zkpass.MaxQuery)
	if err != nil {
		return nil, "", err
	}
	program, err := compileQuery(text, formats)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", path, err)
	}
	return program, string(text), nil
}

func compileQuery(text []byte, formats map[string]zkpass.Format) (*query.Program, error) {
	var options []query.Option
	tags := sortedKeys(formats)
	for _, tag := range tags {
		if formats[tag] == zkpass.FormatJWT {
			options = append(options, query.WithFormat(tag, query.JWT))
		}
	}
	return query.Compile(text, tags, options...)
}
