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
	var bits int
	cmd := &cobra.Command{
		Use:   "keygen --out FILE",
		Short: "make a private key",
		Long: `Makes a private key and writes it into a new file, as JWK or, if the name of the
file ends in .pem, as PKCS #8 in PEM. The file gets mode 0600; a file that is
there already is never overwritten. --out - prints the key as JWK.

ES256 keys sign user data, requests and proofs; RS256 and PS256 keys, of 2048, 3072
or 4096 bits, sign user data only; ECDH-ES keys decrypt what holders send to a
service.`,
		Example: `  zkpass keygen --out issuer.jwk
  zkpass keygen --out op.jwk --alg RS256 --bits 3072 --kid 2026-03
  zkpass keygen --out verifier.pem`,
		Args: wantArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needFlags(cmd, "out"); err != nil {
				return err
			}
			algorithm := zkpass.Algorithm(alg)
			if err := checkPEM(out, algorithm, kid); err != nil {
				return err
			}
			var key *zkpass.PrivateKey
			var err error
			if cmd.Flags().Changed("bits") {
				key, err = zkpass.GenerateRSAKey(algorithm, bits, kid)
			} else {
				key, err = zkpass.GenerateKey(algorithm, kid)
			}
			if err != nil {
				return fmt.Errorf("--alg, --bits, --kid: %w", err)
			}
			if out == stdinName {
				text, err := key.JWK()
				if err != nil {
					return err
				}
				return printLine(cmd, string(text))
			}
			if err := key.WriteFile(out); errors.Is(err, zkpass.ErrKeyFile) {
				return withHint(err, "choose a new name, or move the file away")
			} else if err != nil {
				return err
			}
			note(cmd, "wrote %s, key id %s", out, key.Public().ID())
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "the file to write; - prints the key")
	cmd.Flags().StringVar(&alg, "alg", string(zkpass.ES256), "ES256, RS256, PS256 or ECDH-ES")
	completeWith(cmd, "alg", string(zkpass.ES256), string(zkpass.RS256), string(zkpass.PS256), string(zkpass.ECDHES))
	cmd.Flags().IntVar(&bits, "bits", 2048, "size of an RSA key: 2048, 3072 or 4096")
	cmd.Flags().StringVar(&kid, "kid", "", "key id (default: thumbprint of the key, RFC 7638)")
	return cmd
}

// checkPEM refuses what PEM has no room for.
func checkPEM(out string, alg zkpass.Algorithm, kid string) error {
	if !strings.EqualFold(filepath.Ext(out), ".pem") {
		return nil
	}
	switch {
	case kid != "":
		return withHint(errors.New("a PEM file cannot hold a key id"), "leave out --kid, or choose a name that does not end in .pem")
	case alg == zkpass.PS256 || alg == zkpass.ECDHES:
		return withHint(fmt.Errorf("a PEM file cannot tell that a key is for %s", alg), "choose a name that does not end in .pem")
	}
	return nil
}
