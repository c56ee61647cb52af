package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/local"
)

// proveFlags are what prove is told.
type proveFlags struct {
	dvr, service, apiKey, policy string
	out                          string
	tokens, jwks                 []string
}

func newProve() *cobra.Command {
	var flags proveFlags
	cmd := &cobra.Command{
		Use:   "prove --dvr FILE -t [tag:]TOKEN...",
		Short: "answer a request with a proof",
		Long: `Checks a request (DVR) and the user data tokens that it asks for, evaluates its
query and prints the proof token. The proof is made in this process: the user data
goes nowhere.

With --service a service makes the proof. It gets the request and the tokens,
encrypted to its key, and could read them. The proof that comes back must be
signed by the service and answer the request; like any other it is for the
verifier to check. The key for the service is that of --api-key or the environment
variable ZKPASS_API_KEY; others on this machine may see --api-key KEY:SECRET, and
not --api-key @FILE. Interrupting the command cancels the job.

With --policy nothing is sent unless the service gives evidence of what it runs that
satisfies the policy, and the keys encrypted to are those of the software measured; see
zkpass attest --help and docs/attestation.md.

If the request names the key of an issuer by the URL of a key set, --jwks gives
that key set, as a file or as a URL. Only URLs that are given here are fetched.
With --service it is for a check before anything is sent; the service fetches key
sets by itself.`,
		Example: `  zkpass prove --dvr dvr.jwt -t token.jwt >proof.json
  zkpass prove --dvr dvr.jwt -t bank:account.jwt -t tax:return.jwt >proof.json
  zkpass prove --dvr dvr.jwt -t id-token.jwt --jwks https://op.example/jwks >proof.json
  zkpass prove --dvr dvr.jwt -t token.jwt --service https://zkpass.example --api-key @key.txt >proof.jwt`,
		Args: wantArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needFlags(cmd, "dvr", "token"); err != nil {
				return err
			}
			switch {
			case cmd.Flags().Changed("service"):
				return flags.proveByService(cmd)
			case cmd.Flags().Changed("api-key"):
				return usageError(cmd, errors.New("flag --api-key goes with --service"))
			case cmd.Flags().Changed("policy"):
				return usageError(cmd, errors.New("flag --policy goes with --service"))
			}
			return flags.prove(cmd)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.dvr, "dvr", "", "file with the request (DVR token)")
	f.StringArrayVarP(&flags.tokens, "token", "t", nil, "file with the user data token of a document, [tag:]FILE; may be repeated")
	f.StringArrayVar(&flags.jwks, "jwks", nil, "key set of a document's issuer, [tag:](FILE|URL); may be repeated")
	f.StringVar(&flags.service, "service", "", "URL of a service that is to make the proof")
	f.StringVar(&flags.apiKey, "api-key", "", "key for the service, KEY:SECRET or @FILE (default: $ZKPASS_API_KEY)")
	f.StringVar(&flags.policy, "policy", "", "file that says what a service must show that it runs, as in zkpass attest")
	addOut(cmd, &flags.out)
	return cmd
}

func (flags *proveFlags) prove(cmd *cobra.Command) error {
	_, request, err := readRequest(flags.dvr)
	if err != nil {
		return err
	}
	tokens, err := readTokens(flags.tokens)
	if err != nil {
		return err
	}
	keys, err := newIssuerKeys(cmd.Context(), cmd.ErrOrStderr(), &request.DVR, flags.jwks)
	if err != nil {
		return err
	}
	result, err := proveShown(cmd, func(ctx context.Context, progress func(string, int, int)) (*local.Result, error) {
		return local.ProveRequest(ctx, request, tokens, local.Options{Resolver: keys, Progress: progress})
	})
	if err != nil {
		return hintAtSignature(hintAtJWKS(err))
	}
	return writeResult(cmd, flags.out, string(result.Token))
}

// readRequest reads a DVR token from a file.
func readRequest(path string) (string, *zkpass.DVRToken, error) {
	text, err := readToken(path, zkpass.MaxDVRToken)
	if err != nil {
		return "", nil, err
	}
	request, err := zkpass.ParseDVRToken(text)
	if err != nil {
		return "", nil, otherKind(text, fmt.Errorf("%s: %w", path, err), "a request")
	}
	return text, request, nil
}

// otherKind says of a file that cannot be read as what is meant what it is instead.
func otherKind(text string, err error, meant string) error {
	shown, inspectErr := inspect(text)
	if inspectErr != nil {
		if strings.HasPrefix(text, "{") && json.Valid([]byte(text)) {
			return withHint(err, "the file is JSON that nobody has signed; %s is meant", meant)
		}
		return err
	}
	return withHint(err, "the file is of type %s; %s is meant", shown.Type, meant)
}

// proveShown makes a proof, shows its progress and tells its size and time.
func proveShown(cmd *cobra.Command, prove func(context.Context, func(string, int, int)) (*local.Result, error)) (*local.Result, error) {
	line := startProgress(cmd.ErrOrStderr(), "proving", 1)
	result, err := prove(cmd.Context(), line.at)
	line.done()
	if err != nil {
		return nil, err
	}
	note(cmd, "proved in %s: proof of %s, proof token of %s",
		inSeconds(result.Duration), inKB(len(result.Proof.ZKProof)), inKB(len(result.Token)))
	return result, nil
}

// at shows the step under way and how much is done. It leaves it to done to take
// the line away.
func (p *progress) at(step string, done, total int) {
	if p.bar == nil || done < 0 || done >= total {
		return
	}
	p.bar.Describe(step)
	p.bar.ChangeMax(total)
	_ = p.bar.Set(done) // a line that cannot be drawn is no failure of the command
}

// inSeconds writes a duration for people.
func inSeconds(d time.Duration) string { return fmt.Sprintf("%.3f s", d.Seconds()) }

// inKB writes a size for people; 1 KB is 1,000 bytes.
func inKB(bytes int) string { return fmt.Sprintf("%.1f KB", float64(bytes)/1000) }
