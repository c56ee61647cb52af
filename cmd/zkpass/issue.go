package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass"
)

func newIssue() *cobra.Command {
	var keyFile, jku, out string
	cmd := &cobra.Command{
		Use:   "issue --key KEY FILE",
		Short: "sign user data",
		Long: `Signs the JSON in a file and prints the user data token. The bytes of the file
become the member "data" of the token's payload unchanged. The payload has at
most 16 KiB. - stands for standard input.

A query may output the member "name" only if "_name_zkpass_public_": true stands
beside it.`,
		Example: `  zkpass issue --key issuer.jwk user-data.json >token.jwt
  zkpass issue --key issuer.jwk --jku https://issuer.example/jwks --out token.jwt user-data.json
  zkpass keygen --out issuer.jwk && zkpass issue --key issuer.jwk - <user-data.json`,
		Args: wantArgs("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needFlags(cmd, "key"); err != nil {
				return err
			}
			key, err := readPrivateKey(keyFile)
			if err != nil {
				return err
			}
			if err := key.Public().Algorithm().CheckProvable(); err != nil {
				return withHint(fmt.Errorf("--key: %s: %w", keyFile, err), "zkpass keygen --out issuer.jwk makes a key for ES256")
			}
			var options []zkpass.SignOption
			if cmd.Flags().Changed("jku") {
				if _, err := zkpass.Origin(jku); err != nil {
					return fmt.Errorf("--jku: %w", err)
				}
				options = append(options, zkpass.WithKeySetURL(jku))
			}
			data, err := readData(args[0], zkpass.MaxPayload)
			if err != nil {
				return err
			}
			token, err := zkpass.SignDataToJWSToken(key, data, options...)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			return writeResult(cmd, out, token)
		},
	}
	cmd.Flags().StringVar(&keyFile, "key", "", "the issuer's private key")
	cmd.Flags().StringVar(&jku, "jku", "", "URL of the issuer's JWKS, named in the token")
	addOut(cmd, &out)
	return cmd
}
