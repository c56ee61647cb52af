package main

import "github.com/spf13/cobra"

func newQueryCheck() *cobra.Command {
	var flags queryFlags
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "report what is wrong with a query",
		Long: `Compiles a query and reports the first thing that is wrong with it, in branches
that never run too. It prints nothing on standard output.`,
		Example: `  zkpass query check query.json
  zkpass query check loan.json --tags bank,tax --format tax:jwt`,
		Args: wantArgs("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			program, err := flags.read(args[0])
			if err != nil {
				return err
			}
			note(cmd, "%s is valid: %s, %s", args[0], plural(len(program.Paths), "path"), plural(len(program.Outputs), "output"))
			return nil
		},
	}
	flags.add(cmd)
	return cmd
}
