package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass/service"
	"github.com/zkpass-go/zkpass/service/keyring"
)

// newRotate makes the command that rotates keys. flag says where they are: in the
// directory keys of a data directory, or in a directory of their own.
func newRotate(flag, example string) *cobra.Command {
	var dir string
	var atOnce bool
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "change the keys of a service before their time",
		Long: `Makes the next keys of a service. They are published now and used when every
client can have them, a day later; with --now at once, which is for keys that have
leaked. A running service notices within seconds.`,
		Example: "  " + example + "\n  " + example + " --now",
		Args:    wantArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needFlags(cmd, flag); err != nil {
				return err
			}
			if flag == "data-dir" {
				dir = filepath.Join(dir, service.KeysDir)
			}
			ring, err := keyring.Open(dir, keyring.Options{})
			if err != nil {
				return err
			}
			if err := ring.Rotate(atOnce); err != nil {
				return err
			}
			note(cmd, "new keys in %s", dir)
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, flag, "", map[bool]string{true: "directory of a service that runs alone", false: "directory of the keys"}[flag == "data-dir"])
	cmd.Flags().BoolVar(&atOnce, "now", false, "use the new keys at once; clients must fetch the key set again")
	return cmd
}
