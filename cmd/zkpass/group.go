package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// newGroup makes a command that only holds others: alone, or with the name of
// none of them, it is wrong usage.
func newGroup(group *cobra.Command, commands ...*cobra.Command) *cobra.Command {
	group.AddCommand(commands...)
	group.Annotations = map[string]string{"group": "true"} // for the template of usage
	group.Args = cobra.ArbitraryArgs
	group.SuggestionsMinimumDistance = 2
	group.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageError(cmd, errors.New("no command given"))
		}
		err := fmt.Errorf("unknown command %q", args[0])
		if names := cmd.SuggestionsFor(args[0]); len(names) > 0 {
			return withHint(err, "did you mean %s?", strings.Join(names, " or "))
		}
		return usageError(cmd, err)
	}
	return group
}

// wantArgs accepts exactly the arguments named.
func wantArgs(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return usageError(cmd, fmt.Errorf("argument %s is missing", names[len(args)]))
		case len(args) > len(names):
			return usageError(cmd, fmt.Errorf("unexpected argument %q", args[len(names)]))
		}
		return nil
	}
}

// wantSome accepts one argument or more.
func wantSome(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageError(cmd, fmt.Errorf("argument %s is missing", name))
		}
		return nil
	}
}

// needFlags reports the first of the flags that is not given.
func needFlags(cmd *cobra.Command, names ...string) error {
	for _, name := range names {
		if !cmd.Flags().Changed(name) {
			return usageError(cmd, fmt.Errorf("flag --%s is missing", name))
		}
	}
	return nil
}
