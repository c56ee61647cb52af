package service

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"go.yaml.in/yaml/v3"
)

// ReadFile changes a configuration by a YAML file. A member that there is not, or
// that is there twice, is an error.
func (c *Config) ReadFile(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading configuration: %w", err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(c); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading configuration %s: %w", path, forPeople(err))
	}
	if err := decoder.Decode(new(any)); !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading configuration %s: a second document after the first", path)
	}
	return nil
}

// What the decoder says in the words of Go.
var (
	unknownMember = regexp.MustCompile(`^(line \d+): field (.*) not found in type service\.(\w+)$`)
	wrongKind     = regexp.MustCompile("^(line \\d+): cannot unmarshal !!\\w+(?: `.*`)? into (.*)$")
)

// forPeople says in the words of the file what the decoder says in those of Go. A value is
// not repeated.
func forPeople(err error) error {
	var wrong *yaml.TypeError
	if !errors.As(err, &wrong) {
		return err
	}
	texts := make([]string, len(wrong.Errors))
	for i, text := range wrong.Errors {
		texts[i] = text
		if m := unknownMember.FindStringSubmatch(text); m != nil {
			known := map[string]reflect.Value{}
			listMembers(reflect.ValueOf(new(Config)).Elem(), "", ".", known)
			section := ""
			if m[3] != "Config" {
				section = strings.ToLower(m[3]) + "."
			}
			texts[i] = fmt.Sprintf("%s: %s is no setting%s", m[1], section+m[2], didYouMean(section+m[2], known))
		} else if m := wrongKind.FindStringSubmatch(text); m != nil {
			texts[i] = m[1] + ": want " + kindNamed(m[2])
		}
	}
	return errors.New(strings.Join(texts, "; "))
}

// kindNamed says for people what a type of Go holds.
func kindNamed(goType string) string {
	switch {
	case goType == "time.Duration":
		return "a duration such as 90s or 24h"
	case goType == "bool":
		return "true or false"
	case goType == "string":
		return "text"
	case strings.HasPrefix(goType, "[]"):
		return "a list, such as [a, b]"
	case strings.HasPrefix(goType, "service."):
		return "members, such as {NAME: VALUE}"
	}
	return "a number"
}

// didYouMean names the known name that is nearest to a wrong one, if one is near.
func didYouMean(wrong string, known map[string]reflect.Value) string {
	best, nearest := "", max(2, len(wrong)/4)+1
	names := make([]string, 0, len(known))
	for name := range known {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if d := levenshtein.Distance(wrong, name, nil); d < nearest {
			best, nearest = name, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}
