package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass"
)

func newJWKS() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "jwks KEY...",
		Short: "print the public keys of private key files as a JWKS",
		Long: `Prints a JWKS, which others may know, with the public parts of the keys in the
files.`,
		Example: `  zkpass jwks issuer.jwk >issuer.jwks.json
  zkpass jwks old.jwk new.jwk >jwks.json`,
		Args: wantSome("KEY"),
		RunE: func(cmd *cobra.Command, args []string) error {
			keys := make([]*zkpass.PublicKey, 0, len(args))
			for _, path := range args {
				key, err := readPrivateKey(path)
				if err != nil {
					return err
				}
				keys = append(keys, key.Public())
			}
			set, err := zkpass.NewKeySet(keys...)
			if err != nil {
				return withHint(fmt.Errorf("making key set: %w", err), "give each key an id of its own with zkpass keygen --kid")
			}
			text, err := set.MarshalJSON()
			if err != nil {
				return err
			}
			return writeResult(cmd, out, string(text))
		},
	}
	addOut(cmd, &out)
	return cmd
}
