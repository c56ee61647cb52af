package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// requirement is a value of --require: an output that has to have a value.
type requirement struct{ name, value string }

// parseRequirements reads NAME=VALUE. A value is taken as JSON if it is a string in
// quotes, a number, true, false or null, and else as the text of a string.
func parseRequirements(args []string) ([]requirement, error) {
	list := make([]requirement, 0, len(args))
	for _, arg := range args {
		name, value, found := strings.Cut(arg, "=")
		if !found || name == "" {
			return nil, fmt.Errorf("--require: want NAME=VALUE, not %q", arg)
		}
		list = append(list, requirement{name, value})
	}
	return list, nil
}

// met reports whether outputs, which are proven, have what is required. Numbers are
// compared as they are written, so that none is rounded.
func (r requirement) met(outputs map[string]json.RawMessage) bool {
	have, ok := outputs[r.name]
	if !ok {
		return false
	}
	var text string
	isText := json.Unmarshal(have, &text) == nil && have[0] == '"'
	if json.Valid([]byte(r.value)) && !strings.HasPrefix(strings.TrimSpace(r.value), "{") && !strings.HasPrefix(strings.TrimSpace(r.value), "[") {
		var want string
		if json.Unmarshal([]byte(r.value), &want) == nil && r.value != "null" {
			return isText && text == want
		}
		return !isText && string(have) == strings.TrimSpace(r.value)
	}
	return isText && text == r.value
}

// check returns an error for the first requirement that is not met.
func checkRequirements(list []requirement, outputs json.RawMessage) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(outputs, &members); err != nil {
		return err
	}
	for _, r := range list {
		if !r.met(members) {
			return fmt.Errorf("the proof holds, and its output %q is not as --require has it", r.name)
		}
	}
	return nil
}
