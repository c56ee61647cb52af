package main

import (
	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass/service"
)

func newVerifier() *cobra.Command {
	var f serviceFlags
	cmd := &cobra.Command{
		Use:   "verifier (--data-dir DIR | --nats URL --keys DIR) (--service-jwks (URL|FILE) | --allow-local)",
		Short: "run a verifier: make requests and check proofs over HTTP",
		Long: `Runs the verifier's side of an exchange as a small HTTP service, for backends in any
language: POST /v1/requests makes a request (DVR) to hand to the holder's app, and
POST /v1/verify checks the proof that comes back, each request once. GET /openapi.yaml
describes it all. Callers need an API key with the scopes request and verify.

With --data-dir it runs alone, with keys, requests and API keys in that directory;
with --nats several share a cluster, and --keys is the directory of the keys that they
sign with. --service-jwks accepts proofs signed by a service whose key is in the key
set, --allow-local those made without one; they are as correct. Key sets of issuers
that requests name by URL are fetched from the hosts of key_hosts (ZKPASS_KEY_HOSTS).

Flags win over environment variables, which win over the file of --config;
docs/operations.md lists them all. SIGTERM or Ctrl-C stops it gracefully.`,
		Example: `  zkpass apikey create --data-dir /var/lib/verifier --scope request,verify
  zkpass verifier --data-dir /var/lib/verifier --allow-local
  ZKPASS_KEY_HOSTS=op.example zkpass verifier --listen :8443 --tls-cert cert.pem --tls-key key.pem \
      --data-dir /var/lib/verifier --service-jwks https://zkpass.example/.well-known/jwks.json`,
		Args: wantArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd, service.Verifying, service.Verify) },
	}
	f.declare(cmd)
	flags := cmd.Flags()
	f.declareAPI(flags)
	f.text(flags, "data-dir", "`DIR` of a verifier that runs alone", func(c *service.Config, v string) { c.DataDir = v })
	f.text(flags, "keys", "`DIR` of the keys that the processes of one verifier share", func(c *service.Config, v string) { c.Keys.Dir = v })
	f.text(flags, "service-jwks", "key set of the services whose proofs are accepted, `URL|FILE`", func(c *service.Config, v string) { c.Verifier.ServiceJWKS = v })
	flags.BoolFunc("allow-local", "accept proofs that were made without a service", func(v string) error {
		f.given = append(f.given, func(c *service.Config) { c.Verifier.AllowLocal = v != "false" })
		return nil
	})
	return cmd
}
