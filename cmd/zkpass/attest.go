package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/attest"
	"github.com/zkpass-go/zkpass/client"
)

// attestFlags are what attest is told.
type attestFlags struct {
	service, policy, nonce string
	now                    *string
}

func newAttest() *cobra.Command {
	var flags attestFlags
	cmd := &cobra.Command{
		Use:   "attest --service URL --policy FILE",
		Short: "check what a service runs and which keys it holds",
		Long: `Asks a service for evidence of what it runs, made by the hardware it runs on, and
checks it: the signature of the hardware, the measurement and the platform's versions
against the policy, and that the keys which the service publishes are those of the
software measured. It prints what was verified as JSON.

The policy says which measurements are trusted; docs/attestation.md has its form. The
nonce is new and random each time. One given with --nonce (base64url, 16 to 64 bytes)
must be so too: evidence for a nonce that was used before may be old.`,
		Example: `  zkpass attest --service https://zkpass.example --policy policy.json`,
		Args:    wantArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needFlags(cmd, "service", "policy"); err != nil {
				return err
			}
			return flags.attest(cmd)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.service, "service", "", "URL of the service")
	f.StringVar(&flags.policy, "policy", "", "file that says what is trusted")
	f.StringVar(&flags.nonce, "nonce", "", "nonce to send instead of a random one, in base64url")
	flags.now = addNow(cmd, "time of verification")
	return cmd
}

// attestation is what attest prints.
type attestation struct {
	*attest.Result
	Nonce string `json:"nonce"`
}

func (flags *attestFlags) attest(cmd *cobra.Command) error {
	policy, err := readPolicy(flags.policy)
	if err != nil {
		return err
	}
	if policy.Now, err = parseNow(*flags.now); err != nil {
		return err
	}
	nonce, err := flags.makeNonce()
	if err != nil {
		return err
	}
	c, err := client.New(flags.service, "", client.Options{Proxy: http.ProxyFromEnvironment})
	if err != nil {
		return err
	}
	result, err := verifyAttestation(cmd.Context(), c, nonce, *policy)
	if err != nil {
		return hintAtAttestation(err)
	}
	if result.Debug {
		note(cmd, "the machine runs in debug mode: its host can read everything in it")
	}
	return printJSON(cmd, attestation{result, base64.RawURLEncoding.EncodeToString(nonce)})
}

func readPolicy(path string) (*attest.Policy, error) {
	text, err := readFile(path, attest.MaxPolicy)
	if err != nil {
		return nil, err
	}
	policy, err := attest.ParsePolicy(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return policy, nil
}

func newNonce() []byte {
	nonce := make([]byte, 32)
	rand.Read(nonce) // never fails
	return nonce
}

func (flags *attestFlags) makeNonce() ([]byte, error) {
	if flags.nonce == "" {
		return newNonce(), nil
	}
	nonce, err := base64.RawURLEncoding.Strict().DecodeString(flags.nonce)
	if err != nil || len(nonce) < attest.MinNonce || len(nonce) > attest.MaxNonce {
		return nil, fmt.Errorf("--nonce: want %d to %d bytes in base64url without padding", attest.MinNonce, attest.MaxNonce)
	}
	return nonce, nil
}

// verifyAttestation gets a service's keys and evidence for them, and verifies it.
func verifyAttestation(ctx context.Context, c *client.Client, nonce []byte, policy attest.Policy) (*attest.Result, error) {
	keys, err := c.Keys(ctx)
	if err != nil {
		return nil, err
	}
	return verifyKeys(ctx, c, keys, nonce, policy)
}

// verifyKeys gets a service's evidence for keys, and verifies it.
func verifyKeys(ctx context.Context, c *client.Client, keys *zkpass.KeySet, nonce []byte, policy attest.Policy) (*attest.Result, error) {
	evidence, err := c.Attestation(ctx, nonce)
	if err != nil {
		return nil, err
	}
	result, err := attest.Verify(evidence, nonce, keys, policy)
	if err != nil {
		return nil, fmt.Errorf("verifying attestation: %w", err)
	}
	return result, nil
}

// hintAtAttestation tells what to do about evidence that is refused.
func hintAtAttestation(err error) error {
	var p *zkpass.Problem
	switch {
	case errors.Is(err, attest.ErrKeys):
		return withHint(err, "the service may have rotated its keys just now: try again")
	case errors.Is(err, attest.ErrMeasurement):
		return withHint(err, "trust a measurement only after building the image yourself and comparing")
	case errors.Is(err, attest.ErrPlatform):
		return withHint(err, "the policy has a part for each platform that it accepts")
	case errors.Is(err, attest.ErrTime):
		return withHint(err, "check the clock of this machine")
	case errors.As(err, &p) && p.Code == zkpass.ProblemNotFound:
		return withHint(err, "the service does not run on hardware that gives evidence, or is told not to")
	}
	return err
}
