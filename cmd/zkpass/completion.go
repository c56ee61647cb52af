package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// completeWith has shells complete a flag with the values that it takes.
func completeWith(cmd *cobra.Command, flag string, values ...string) {
	// It is an error only if there is no such flag.
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

func newCompletion() *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "print a script that lets a shell complete zkpass commands",
		Long: `Prints a script that lets a shell complete commands, flags and their values. That
for bash needs the package bash-completion of the system.`,
		Example: `  source <(zkpass completion bash)
  zkpass completion zsh >"${fpath[1]}/_zkpass"
  zkpass completion fish >~/.config/fish/completions/zkpass.fish`,
		Args:      wantArgs("SHELL"),
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		RunE: func(cmd *cobra.Command, args []string) error {
			root, out := cmd.Root(), cmd.OutOrStdout()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(out, true)
			case "zsh":
				return root.GenZshCompletion(out)
			case "fish":
				return root.GenFishCompletion(out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(out)
			}
			return usageError(cmd, fmt.Errorf("no completion for the shell %q", args[0]))
		},
	}
}
