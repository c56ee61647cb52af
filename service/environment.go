package service

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// environmentPrefix stands before the name of every member.
const environmentPrefix = "ZKPASS_"

// otherVariables are read by the command line and by tests, and are no members.
var otherVariables = []string{
	"ZKPASS_API_KEY", "ZKPASS_JAVA", "ZKPASS_PICTURES",
	"ZKPASS_BROWSER", "ZKPASS_CAPACITY", "ZKPASS_CAPACITY_ONLY", "ZKPASS_CASES", "ZKPASS_CHROMIUM", "ZKPASS_EVERY_BIT", "ZKPASS_FREEZE", "ZKPASS_KILLS", "ZKPASS_LOAD", "ZKPASS_LOAD_PARALLEL",
	"ZKPASS_LOAD_QUEUED", "ZKPASS_LONG", "ZKPASS_MEMORY", "ZKPASS_MEMORY_ONLY", "ZKPASS_NODE", "ZKPASS_OUTCOMES", "ZKPASS_PARTITION", "ZKPASS_SEED", "ZKPASS_VECTORS",
}

// injected are the variables that Kubernetes puts into the containers of a namespace
// that has a service whose name begins with zkpass.
var injected = regexp.MustCompile(`_SERVICE_HOST$|_SERVICE_PORT(_.*)?$|_PORT(_.*)?$`)

// ReadEnvironment changes a configuration by environment variables, given as
// [os.Environ] does. Lists are separated by commas. An empty variable counts as none. One
// that begins with ZKPASS_ and is no member is an error: most likely a setting that
// somebody believes to be in force.
func (c *Config) ReadEnvironment(environment []string) error {
	members := map[string]reflect.Value{}
	listMembers(reflect.ValueOf(c).Elem(), environmentPrefix, "_", members)
	var problems []error
	for _, variable := range slices.Sorted(slices.Values(environment)) {
		name, value, _ := strings.Cut(variable, "=")
		if value == "" || !strings.HasPrefix(name, environmentPrefix) || slices.Contains(otherVariables, name) || strings.HasPrefix(name, "ZKPASS_TEST_") {
			continue
		}
		member, ok := members[name]
		switch {
		case !ok && injected.MatchString(name):
		case !ok:
			problems = append(problems, fmt.Errorf("environment: %s is no setting%s", name, didYouMean(name, members)))
		case set(member, value) != nil:
			problems = append(problems, fmt.Errorf("environment: %s: want %s", name, kindOf(member)))
		}
	}
	return errors.Join(problems...)
}

// listMembers lists the members of a configuration by their names: those of sections
// with the separator behind them, in upper case behind the prefix of variables.
func listMembers(section reflect.Value, prefix, separator string, members map[string]reflect.Value) {
	for i := range section.NumField() {
		tag := section.Type().Field(i).Tag.Get("yaml")
		if tag == "-" {
			continue
		}
		if separator == "_" {
			tag = strings.ToUpper(tag)
		}
		if member := section.Field(i); member.Kind() == reflect.Struct {
			listMembers(member, prefix+tag+separator, separator, members)
		} else {
			members[prefix+tag] = member
		}
	}
}

// set reads a value as YAML does, so that file and environment agree.
func set(member reflect.Value, value string) error {
	switch member.Kind() {
	case reflect.String:
		member.SetString(value)
		return nil
	case reflect.Slice:
		var list []string
		for _, item := range strings.Split(value, ",") {
			list = append(list, strings.TrimSpace(item))
		}
		member.Set(reflect.ValueOf(list))
		return nil
	default:
		return yaml.Unmarshal([]byte(value), member.Addr().Interface())
	}
}

// kindOf says what a member holds, for people.
func kindOf(member reflect.Value) string { return kindNamed(member.Type().String()) }
