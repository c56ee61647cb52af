package main

import (
	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass/service"
)

// newRotate makes the command that rotates keys. flag says where they are: in a
// data directory, or in a directory of their own.
func newRotate(flag, usage, example string, set func(*service.Config, string)) *cobra.Command {
	var f serviceFlags
	var atOnce bool
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "change the keys of a service before their time",
		Long: `Makes the next keys of a service. They are published now and used when every
client can have them, after keys.ahead, by default a day; with --now at once, which
is for keys that have leaked. A running service notices within seconds.`,
		Example: "  " + example + "\n  " + example + " --now",
		Args:    wantArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needFlags(cmd, flag); err != nil {
				return err
			}
			c, err := f.config()
			if err != nil {
				return err
			}
			if err := service.RotateKeys(c, atOnce); err != nil {
				return err
			}
			if atOnce {
				note(cmd, "new keys are in use")
			} else {
				note(cmd, "the next keys are in place; they are used once they have been published long enough")
			}
			return nil
		},
	}
	f.text(cmd.Flags(), flag, usage, set)
	cmd.Flags().StringVar(&f.file, "config", "", "YAML file with the service's configuration")
	cmd.Flags().BoolVar(&atOnce, "now", false, "use the new keys at once; clients must fetch the key set again")
	return cmd
}
