package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/verify"
)

// verifyFlags are what verify is told.
type verifyFlags struct {
	dvr, serviceJWKS string
	jwks, require    []string
	allowLocal, json bool
	out              string
	ttl, skew        int
	now              *string
}

func newVerify() *cobra.Command {
	var flags verifyFlags
	cmd := &cobra.Command{
		Use:   "verify --dvr FILE (--service-jwks (FILE|URL) | --allow-local) PROOF",
		Short: "check a proof and print what it says",
		Long: `Checks a proof against the request (DVR) that it is to answer and prints the outputs
of the query as one line of JSON. The request must be the one that was issued, from
your own records.

--service-jwks accepts proofs signed by a service whose key is in the key set,
--allow-local accepts proofs made without one. If the request names the key of an
issuer by the URL of a key set, --jwks gives that key set, as a file or as a URL.
Only URLs that are given here are fetched.

--require NAME=VALUE asks for an output too: true, false and numbers as they are,
other values as text, "42" in quotes for the text 42. --json prints a verdict in
JSON, whether the proof holds or not. FILE and PROOF may be - for standard input.

The exit status is 0 if the proof holds and every requirement is met, 1 if not, and
2 if that cannot be told: wrong usage, or a file or key set that cannot be read.

The command remembers nothing: that no request is answered twice is for the caller
to see to.`,
		Example: `  zkpass verify --dvr dvr.jwt --allow-local proof.json
  zkpass verify --dvr dvr.jwt --service-jwks https://zkpass.example/.well-known/jwks.json proof.jwt
  zkpass verify --dvr dvr.jwt --allow-local --require result=true --json - <proof.json
  zkpass verify --dvr dvr.jwt --allow-local --jwks op.jwks.json --ttl 60 proof.json`,
		Args: wantArgs("PROOF"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needFlags(cmd, "dvr"); err != nil {
				return err
			}
			if cmd.Flags().Changed("service-jwks") == flags.allowLocal {
				return usageError(cmd, errors.New("want either --service-jwks or --allow-local"))
			}
			return flags.verify(cmd, args[0])
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.dvr, "dvr", "", "file with the request (DVR token) as it was issued")
	f.StringVar(&flags.serviceJWKS, "service-jwks", "", "key set of the service, FILE or URL")
	f.BoolVar(&flags.allowLocal, "allow-local", false, "accept a proof made without a service")
	f.StringArrayVar(&flags.jwks, "jwks", nil, "key set of a document's issuer, [tag:](FILE|URL); may be repeated")
	f.StringArrayVar(&flags.require, "require", nil, "an output that must have a value, NAME=VALUE; may be repeated")
	f.BoolVar(&flags.json, "json", false, "print a verdict in JSON, of a refusal too")
	addOut(cmd, &flags.out)
	f.IntVar(&flags.ttl, "ttl", int(verify.DefaultTTL/time.Second), "how old the proof may be, in seconds")
	f.IntVar(&flags.skew, "skew", int(verify.DefaultSkew/time.Second), "how far clocks may differ, in seconds")
	flags.now = addNow(cmd, "time of verification")
	return cmd
}

func (flags *verifyFlags) verify(cmd *cobra.Command, path string) error {
	opts, err := flags.options()
	if err != nil {
		return err
	}
	required, err := parseRequirements(flags.require)
	if err != nil {
		return err
	}
	ctx, stderr := cmd.Context(), cmd.ErrOrStderr()
	dvr, request, err := readRequest(flags.dvr)
	if err != nil {
		return err
	}
	proof, err := readToken(path, zkpass.MaxProofToken)
	if err != nil {
		return err
	}
	if flags.serviceJWKS != "" {
		set, err := keySource{location: flags.serviceJWKS}.load(ctx, stderr)
		if err != nil {
			return fmt.Errorf("--service-jwks: %w", err)
		}
		opts.ServiceKeys = set.KeySet
	}
	if opts.Resolver, err = newIssuerKeys(ctx, stderr, &request.DVR, flags.jwks); err != nil {
		return err
	}
	start := time.Now()
	outcome, err := verify.Verify(ctx, []byte(proof), dvr, opts)
	if err != nil {
		return flags.refuse(cmd, verify.Code(err), hintAtProof(proof, hintAtPolicy(hintAtJWKS(fmt.Errorf("%s: %w", path, err)))))
	}
	noteVerified(stderr, time.Since(start))
	if err := checkRequirements(required, outcome.Outputs); err != nil {
		return flags.refuse(cmd, codeRequirement, fmt.Errorf("%s: %w", path, err))
	}
	if !flags.json {
		return writeResult(cmd, flags.out, string(outcome.Outputs))
	}
	return flags.write(cmd, verdict{
		Valid: true, DVRID: outcome.DVRID, DVRTitle: outcome.DVRTitle, Output: string(outcome.Outputs), Outputs: outcome.Outputs,
		Evaluated: timeText(outcome.Time), Local: &outcome.Local,
	})
}

// codeRequirement tells that the proof holds and --require is not met.
const codeRequirement zkpass.ProblemCode = "requirement"

// verdict is what verify --json prints.
type verdict struct {
	Valid     bool               `json:"valid"`
	Code      zkpass.ProblemCode `json:"code,omitempty"`
	Detail    string             `json:"detail,omitempty"`
	DVRID     string             `json:"dvr_id,omitempty"`
	DVRTitle  string             `json:"dvr_title,omitempty"`
	Output    string             `json:"output,omitempty"` // the text that is proven
	Outputs   json.RawMessage    `json:"outputs,omitempty"`
	Evaluated string             `json:"evaluated,omitempty"`
	Local     *bool              `json:"local,omitempty"`
}

func (flags *verifyFlags) write(cmd *cobra.Command, v verdict) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return err
	}
	return writeResult(cmd, flags.out, strings.TrimSpace(text.String()))
}

// refuse ends the command without a verdict, or with one against the proof.
func (flags *verifyFlags) refuse(cmd *cobra.Command, code zkpass.ProblemCode, err error) error {
	ended := ending{error: err, status: 1}
	if code == zkpass.ProblemCannotTell || code == zkpass.ProblemUnsupported || errors.Is(err, zkpass.ErrNotAllowed) {
		ended.status = 2 // nothing was found against the proof
	}
	if flags.json {
		if err := flags.write(cmd, verdict{Code: code, Detail: oneLine(err.Error())}); err != nil {
			return err
		}
		ended.printed = true
	}
	return ended
}

func (flags *verifyFlags) options() (opts verify.Options, err error) {
	opts.AllowLocal = flags.allowLocal
	at, err := parseNow(*flags.now)
	if err != nil {
		return opts, err
	}
	opts.Now = func() time.Time { return at }
	if opts.TTL, err = window("ttl", flags.ttl); err != nil {
		return opts, err
	}
	opts.Skew, err = window("skew", flags.skew)
	return opts, err
}

// window turns seconds of a flag into what [verify.Options] has.
func window(flag string, seconds int) (time.Duration, error) {
	if seconds < 0 || seconds > math.MaxInt32 {
		return 0, fmt.Errorf("--%s: want a number of seconds from 0 to %d", flag, math.MaxInt32)
	}
	if seconds == 0 {
		return verify.None, nil
	}
	return time.Duration(seconds) * time.Second, nil
}

// hintAtPolicy tells which flags accept a proof of the other kind.
func hintAtPolicy(err error) error {
	switch {
	case errors.Is(err, zkpass.ErrNotSigned):
		return withHint(err, "--allow-local accepts proofs made without a service")
	case errors.Is(err, verify.ErrService) && errors.Is(err, zkpass.ErrUnknownKey):
		return withHint(err, "--service-jwks names the keys of the service that made the proof")
	}
	return err
}

// hintAtProof tells what a proof that is refused usually is, and what to do.
func hintAtProof(proof string, err error) error {
	switch {
	case errors.Is(err, verify.ErrStale):
		return withHint(err, "ask for a new proof, or accept older ones with --ttl SECONDS")
	case errors.Is(err, verify.ErrProof):
		return withHint(err, "the proof was changed or damaged on its way, or is none for this request: ask for a new one")
	case errors.Is(err, zkpass.ErrMalformed):
		return otherKind(proof, err, "a proof")
	}
	return err
}

// noteVerified tells how long verification took.
func noteVerified(stderr io.Writer, took time.Duration) {
	fmt.Fprintf(stderr, "zkpass: verified in %s\n", inSeconds(took))
}
