package main

import (
	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass/query"
)

func newQueryCheck() *cobra.Command {
	var flags queryFlags
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "report what is wrong with a query",
		Long: `Compiles a query and reports the first thing that is wrong with it, in branches
that never run too. Of a valid one it tells what its author may have missed: an ID
token whose expiry, audience or issuer nobody looks at (tell it with --format jwt
that a document is one), contains where the end or the start is meant, what is
always true. It prints nothing on standard output.`,
		Example: `  zkpass query check query.json
  zkpass query check loan.json --tags bank,tax --format tax:jwt`,
		Args: wantArgs("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			program, err := flags.read(args[0])
			if err != nil {
				return err
			}
			note(cmd, "%s is valid: %s, %s", args[0], plural(len(program.Paths), "path"), plural(len(program.Outputs), "output"))
			advise(cmd, args[0], query.Explain(program).Advice)
			return nil
		},
	}
	flags.add(cmd)
	return cmd
}
