package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/client"
)

// apiKeyVariable is the environment variable that has the key for the service.
const apiKeyVariable = "ZKPASS_API_KEY"

// maxAPIKey bounds the file of an API key in bytes.
const maxAPIKey = 1024

// proveByService has a service make the proof.
func (flags *proveFlags) proveByService(cmd *cobra.Command) error {
	apiKey, err := readAPIKey(flags.apiKey)
	if err != nil {
		return err
	}
	if apiKey == "" {
		return usageError(cmd, fmt.Errorf("flag --service needs --api-key or $%s", apiKeyVariable))
	}
	c, err := flags.client(cmd, apiKey)
	if err != nil {
		return err
	}
	text, request, err := readRequest(flags.dvr)
	if err != nil {
		return err
	}
	tokens, err := readTokens(flags.tokens)
	if err != nil {
		return err
	}
	if err := flags.checkTokens(cmd, &request.DVR, tokens); err != nil {
		return hintAtSignature(hintAtJWKS(err))
	}
	start := time.Now()
	line := startProgress(cmd.ErrOrStderr(), "sending", 1)
	shown := &jobProgress{cmd: cmd, line: line}
	proof, err := c.GenerateZkPassProof(cmd.Context(), text, tokens, client.ProofOptions{Progress: shown.at})
	line.done()
	if err != nil {
		return hintAtService(hintAtAttestation(err))
	}
	note(cmd, "proved by the service in %s: proof token of %s", inSeconds(time.Since(start)), inKB(len(proof)))
	return writeResult(cmd, flags.out, proof)
}

// client is one that encrypts to no key before the service has shown what it runs, if
// there is a policy.
func (flags *proveFlags) client(cmd *cobra.Command, apiKey string) (c *client.Client, err error) {
	options := client.Options{
		Proxy: http.ProxyFromEnvironment,
		Retrying: func(err error, attempt, of int, after time.Duration) {
			note(cmd, "%s: %s; trying again in %s, %d of %d", flags.service, oneLine(err.Error()), inSeconds(after), attempt, of)
		},
	}
	if flags.policy != "" {
		policy, err := readPolicy(flags.policy)
		if err != nil {
			return nil, err
		}
		options.CheckKeys = func(ctx context.Context, keys *zkpass.KeySet) error {
			_, err := verifyKeys(ctx, c, keys, newNonce(), *policy)
			return err
		}
	}
	c, err = client.New(flags.service, apiKey, options)
	return c, err
}

// readAPIKey returns the API key that a flag names or, without the flag, that of
// the environment.
func readAPIKey(flag string) (string, error) {
	switch path, isFile := strings.CutPrefix(flag, "@"); {
	case isFile:
		key, err := readToken(path, maxAPIKey)
		if err != nil {
			return "", fmt.Errorf("--api-key: %w", err)
		}
		// What apikey create prints is taken as it is.
		var made struct{ Key, Secret string }
		if json.Unmarshal([]byte(key), &made) == nil && made.Key != "" {
			key = made.Key + ":" + made.Secret
		}
		if strings.Count(key, ":") != 1 {
			return "", fmt.Errorf("--api-key: %s: %w: want KEY:SECRET, or what zkpass apikey create printed", path, zkpass.ErrMalformed)
		}
		return key, nil
	case flag != "":
		return flag, nil
	}
	return os.Getenv(apiKeyVariable), nil
}

// checkTokens checks the tokens of those documents whose key sets are given. It
// spares sending what the service would refuse.
func (flags *proveFlags) checkTokens(cmd *cobra.Command, dvr *zkpass.DVR, tokens map[string]string) error {
	given, err := parseAllTagged("jwks", flags.jwks)
	if err != nil {
		return err
	}
	keys, err := newIssuerKeys(cmd.Context(), cmd.ErrOrStderr(), dvr, flags.jwks)
	if err != nil {
		return err
	}
	for _, tag := range sortedKeys(tokens) {
		parsed, err := zkpass.ParseUserDataToken(tokens[tag])
		if err == nil {
			err = parsed.Header.Algorithm.CheckProvable()
		}
		if err != nil {
			return fmt.Errorf("%s: %w", tagName(tag), err)
		}
	}
	for _, tag := range sortedKeys(given) {
		token, ok := tokens[tag]
		if !ok {
			continue // the client tells what is missing
		}
		parsed, err := zkpass.ParseUserDataToken(token)
		if err != nil {
			return fmt.Errorf("%s: %w", tagName(tag), err)
		}
		key, err := dvr.Requests[tag].VerifyingKey.Resolve(cmd.Context(), keys, parsed.Header.Algorithm)
		if err == nil {
			err = parsed.Verify(key)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", tagName(tag), err)
		}
	}
	return nil
}

// jobProgress shows how a job at the service gets on: as a line that moves, or
// where nobody looks as a line for each step.
type jobProgress struct {
	cmd  *cobra.Command
	line *progress
	said string
}

func (p *jobProgress) at(status client.JobStatus) {
	said := "queued at the service"
	switch {
	case status.Proving && status.Step != "":
		said = "the service is proving: " + status.Step
	case status.Proving:
		said = "the service is proving"
	case status.Ahead > 0:
		said += ", " + plural(status.Ahead, "job") + " ahead"
	}
	if p.line.bar != nil {
		const whole = 1000
		p.line.at(said, min(int(status.Progress*whole), whole-1), whole)
		return
	}
	if said != p.said {
		p.said = said
		note(p.cmd, "%s", said)
	}
}

// hintAtService tells what helps when a service does not make the proof.
func hintAtService(err error) error {
	var p *zkpass.Problem
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, client.ErrUnavailable):
		return withHint(err, "try again later, or leave out --service to prove in this process")
	case errors.Is(err, client.ErrAnswer), errors.As(err, &p) && p.Status == http.StatusNotFound && p.Code == "":
		return withHint(err, "--service is the URL of the service itself, as in https://zkpass.example")
	case errors.Is(err, client.ErrGaveUp):
		return withHint(err, "leave out --service to prove in this process")
	case !errors.As(err, &p):
		return err
	case p.Status == http.StatusUnauthorized:
		return withHint(err, "check --api-key or $%s: a key of this service, not expired and not revoked", apiKeyVariable)
	case p.Status == http.StatusForbidden:
		return withHint(err, "the API key needs the scope prove")
	}
	return err
}
