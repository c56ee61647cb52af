package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass"
)

func newKeygen() *cobra.Command {
	var out, alg, kid string
	cmd := &cobra.Command{
		Use:   "keygen --out FILE",
		Short: "make a private key",
		Long: `Makes a private key and writes it into a new file, as JWK or, if the name of the
file ends in .pem, as PKCS #8 in PEM. The file gets mode 0600; a file that is
there already is never overwritten. RSA keys have 2048 bits.

ES256 keys sign user data, requests and proofs, RS256 keys sign user data only,
ECDH-ES keys decrypt what holders send to a service.`,
		Example: `  zkpass keygen --out issuer.jwk
  zkpass keygen --out op.jwk --alg RS256 --kid 2026-03
  zkpass keygen --out verifier.pem`,
		Args: wantArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needFlags(cmd, "out"); err != nil {
				return err
			}
			if kid != "" && strings.EqualFold(filepath.Ext(out), ".pem") {
				return withHint(errors.New("a PEM file cannot hold a key id"), "leave out --kid, or choose a name that does not end in .pem")
			}
			key, err := zkpass.GenerateKey(zkpass.Algorithm(alg), kid)
			if err != nil {
				return fmt.Errorf("--alg, --kid: %w", err)
			}
			if err := key.WriteFile(out); err != nil {
				return err
			}
			note(cmd, "wrote %s, key id %s", out, key.Public().ID())
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "the file to write")
	cmd.Flags().StringVar(&alg, "alg", string(zkpass.ES256), "ES256, RS256 or ECDH-ES")
	cmd.Flags().StringVar(&kid, "kid", "", "key id (default: thumbprint of the key, RFC 7638)")
	return cmd
}
