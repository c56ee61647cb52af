package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:     "help [command]",
		Short:   "show the usage of a command",
		Example: "  zkpass help dvr create",
		RunE: func(cmd *cobra.Command, args []string) error {
			target, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usageError(cmd.Root(), fmt.Errorf("no such command: %q", args))
			}
			target.InitDefaultHelpFlag()
			return target.Help()
		},
	}
}
