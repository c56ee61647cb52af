package service

import (
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// environmentPrefix stands before the name of every member.
const environmentPrefix = "ZKPASS_"

// ReadEnvironment changes a configuration by environment variables, which lookup
// finds, as [os.LookupEnv] does. Lists are separated by commas. An empty variable
// counts as none.
func (c *Config) ReadEnvironment(lookup func(string) (string, bool)) error {
	return readEnvironment(reflect.ValueOf(c).Elem(), environmentPrefix, lookup)
}

func readEnvironment(section reflect.Value, prefix string, lookup func(string) (string, bool)) error {
	for i := range section.NumField() {
		member := section.Field(i)
		if section.Type().Field(i).Tag.Get("yaml") == "-" {
			continue
		}
		name := prefix + strings.ToUpper(section.Type().Field(i).Tag.Get("yaml"))
		if member.Kind() == reflect.Struct {
			if err := readEnvironment(member, name+"_", lookup); err != nil {
				return err
			}
			continue
		}
		value, ok := lookup(name)
		if !ok || value == "" {
			continue
		}
		if err := set(member, value); err != nil {
			return fmt.Errorf("reading environment: %s: want %s", name, kindOf(member))
		}
	}
	return nil
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
func kindOf(member reflect.Value) string {
	switch {
	case member.Type().String() == "time.Duration":
		return "a duration such as 90s or 24h"
	case member.Kind() == reflect.Bool:
		return "true or false"
	default:
		return "a number"
	}
}
