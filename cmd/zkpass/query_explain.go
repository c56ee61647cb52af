package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass/query"
)

func newQueryExplain() *cobra.Command {
	var flags queryFlags
	cmd := &cobra.Command{
		Use:   "explain FILE",
		Short: "say in words what a query asks and what its answer reveals",
		Long: `Says in words what a query reads, what it asks, and what the verifier learns from
each outcome. It warns of what the author may have missed, such as an ID token
whose expiry nobody looks at: tell it with --format jwt that a document is one.`,
		Example: `  zkpass query explain query.json
  zkpass query explain query.json --format jwt`,
		Args: wantArgs("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			program, err := flags.read(args[0])
			if err != nil {
				return err
			}
			return printLine(cmd, strings.TrimRight(query.Explain(program).String(), "\n"))
		},
	}
	flags.add(cmd)
	return cmd
}
