package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/verify"
	"github.com/zkpass-go/zkpass/zkvm"
)

// runFlags are what run is told.
type runFlags struct {
	userData, tokens, jwks []string
	algs                   []string
	query, report, zkvm    string
	now                    *string
}

func newRun() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "run (-u [tag:]DATA | -t [tag:]TOKEN --jwks [tag:]JWKS)... -q QUERY",
		Short: "prove and verify a query over user data, in one go",
		Long: `Goes the whole way in one process, with throw-away keys: signs user data, makes a
request (DVR) for a query, proves, verifies, and prints the verified outputs as
one line of JSON.

The bytes of a DATA file become the member "data" of a token that is signed on the
spot, with the algorithm that --alg names. A TOKEN is one that exists, such as an ID token; paths of the query start at
its payload (format jwt), and --jwks gives the key set of its issuer. With several
documents each has a tag of its own: a prefix up to the first colon is a tag if it
consists of letters, digits and _ and no // follows. Write ./a:b.json for a file.`,
		Example: `  zkpass run -u claims.json -q query.json
  zkpass run -t id-token.jwt --jwks https://op.example/jwks -q query.json
  zkpass run -u claims.json -q query.json --alg RS256-3072
  zkpass run -u bank:account.json -u tax:return.json -q loan.json --now 2026-03-01T12:00:00Z
  zkpass run -u claims.json -q query.json --report report.json
  zkpass run -u claims.json -q query.json --zkvm libzk-v2-hash`,
		Args: wantArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(flags.userData)+len(flags.tokens) == 0 {
				return usageError(cmd, errors.New("flag --user-data or --token is missing"))
			}
			if err := needFlags(cmd, "query"); err != nil {
				return err
			}
			return flags.run(cmd)
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&flags.userData, "user-data", "u", nil, "file with the data of a document, [tag:]FILE; may be repeated")
	f.StringArrayVar(&flags.algs, "alg", nil, "algorithm to sign data with, [tag:]ALG: "+issuerAlgs+" (default ES256); may be repeated")
	completeWith(cmd, "alg", issuerAlgNames...)
	f.StringArrayVarP(&flags.tokens, "token", "t", nil, "file with the token of a document, [tag:]FILE; may be repeated")
	f.StringArrayVar(&flags.jwks, "jwks", nil, "key set of a token's issuer, [tag:](FILE|URL); may be repeated")
	f.StringVarP(&flags.query, "query", "q", "", "file with the query")
	f.StringVar(&flags.report, "report", "", "file to write sizes and times to, as JSON")
	addZKVM(cmd, &flags.zkvm)
	flags.now = addNow(cmd, "time of evaluation and verification")
	return cmd
}

func (flags *runFlags) run(cmd *cobra.Command) error {
	at, err := parseNow(*flags.now)
	if err != nil {
		return err
	}
	now := func() time.Time { return at }
	if err := checkZKVM(flags.zkvm); err != nil {
		return err
	}
	if err := tryReport(flags.report); err != nil {
		return err
	}
	documents, err := flags.documents(cmd.Context(), cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	request, err := documents.request(flags.query, flags.zkvm)
	if err != nil {
		return err
	}
	result, err := proveShown(cmd, func(ctx context.Context, progress func(string, int, int)) (*local.Result, error) {
		return local.Prove(ctx, request, documents.tokens, local.Options{Now: now, Progress: progress})
	})
	if err != nil {
		return err
	}
	circuits, err := result.Circuits()
	if err != nil {
		return err
	}
	zkvm.Forget() // the verifier starts from nothing
	start := time.Now()
	outcome, err := verify.Verify(cmd.Context(), result.Token, request, verify.Options{AllowLocal: true, Now: now})
	if err != nil {
		return fmt.Errorf("verifying: %w", err)
	}
	verified := time.Since(start)
	noteVerified(cmd.ErrOrStderr(), verified)
	if err := printLine(cmd, string(outcome.Outputs)); err != nil {
		return err
	}
	if flags.report == "" {
		return nil
	}
	return newRunReport(result, verified, circuits).write(flags.report)
}

// runDocuments are the documents of a run, by tag.
type runDocuments struct {
	requests map[string]zkpass.UserDataRequest
	tokens   map[string]string
}

func (flags *runFlags) documents(ctx context.Context, stderr io.Writer) (*runDocuments, error) {
	documents := &runDocuments{make(map[string]zkpass.UserDataRequest), make(map[string]string)}
	if err := documents.sign(flags.userData, flags.algs); err != nil {
		return nil, err
	}
	if err := documents.add(ctx, stderr, flags.tokens, flags.jwks); err != nil {
		return nil, err
	}
	return documents, checkTags("user-data, --token", sortedKeys(documents.tokens))
}

// sign signs the files of -u, each with a key of its own.
func (d *runDocuments) sign(args, algs []string) error {
	files, err := parseAllTagged("user-data", args)
	if err != nil {
		return err
	}
	signed, err := parseIssuerAlgs(algs, files)
	if err != nil {
		return err
	}
	if len(algs) > 0 && len(files) == 0 {
		return errors.New("--alg: it is for the files of --user-data, and there are none: a token has its algorithm")
	}
	for _, tag := range sortedKeys(files) {
		data, err := readData(files[tag], zkpass.MaxPayload)
		if err != nil {
			return hintAtTag(err, tag, files[tag])
		}
		issuer, err := signed.of(tag).generate()
		if err != nil {
			return err
		}
		if d.tokens[tag], err = zkpass.SignDataToJWSToken(issuer, data); err != nil {
			return fmt.Errorf("%s: %w", files[tag], err)
		}
		d.requests[tag] = zkpass.UserDataRequest{VerifyingKey: issuer.Public().Option(), Format: zkpass.FormatZKPass}
	}
	return nil
}

// add adds the tokens of -t, whose issuers' keys are in the key sets of --jwks.
func (d *runDocuments) add(ctx context.Context, stderr io.Writer, args, jwks []string) error {
	tokens, err := readTokens(args)
	if err != nil {
		return err
	}
	locations, err := parseAllTagged("jwks", jwks)
	if err != nil {
		return err
	}
	if len(tokens) == 0 && len(locations) > 0 {
		return errors.New("--jwks: there is no --token that it could be for")
	}
	if err := onlyFor("jwks", locations, tokens); err != nil {
		return err
	}
	for _, tag := range sortedKeys(tokens) {
		if _, ok := d.tokens[tag]; ok {
			return fmt.Errorf("--user-data, --token: %s is given twice", tagName(tag))
		}
		location, ok := locations[tag]
		if !ok {
			return withHint(fmt.Errorf("--token: no --jwks for %s", tagName(tag)), "--jwks [tag:]FILE gives the key set of the token's issuer")
		}
		if _, err := zkpass.ParseUserDataToken(tokens[tag]); err != nil {
			return fmt.Errorf("--token: %s: %w", tagName(tag), err)
		}
		set, err := keySource{location: location}.load(ctx, stderr)
		if err != nil {
			return hintAtTag(fmt.Errorf("--jwks: %w", err), tag, location)
		}
		key, err := issuerOf(tokens[tag], set)
		if err != nil {
			return fmt.Errorf("--token: %s: %w", tagName(tag), err)
		}
		d.tokens[tag] = tokens[tag]
		d.requests[tag] = zkpass.UserDataRequest{VerifyingKey: key.Option(), Format: zkpass.FormatJWT}
	}
	return nil
}

// issuerOf returns the key that a token names, or the only one there is.
func issuerOf(token string, set *issuerSet) (*zkpass.PublicKey, error) {
	parsed, err := zkpass.ParseUserDataToken(token)
	if err != nil {
		return nil, err
	}
	if err := parsed.Header.Algorithm.CheckProvable(); err != nil {
		return nil, err
	}
	return set.key(parsed.Header.KeyID, parsed.Header.Algorithm)
}

// request makes the request for a proof of a query over the documents by a zkVM and signs it with a
// key that is thrown away. It never expires, so that it is good at any --now.
func (d *runDocuments) request(path, engine string) (string, error) {
	verifier, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		return "", err
	}
	key := verifier.Public().Option()
	dvr := &zkpass.DVR{
		ZKVM: engine, Title: "zkpass run", ID: zkpass.NewDVRID(), QueryEngineVersion: zkpass.Version,
		Requests: d.requests, VerifyingKey: &key,
	}
	program, text, err := readQuery(path, dvr.Formats())
	if err != nil {
		return "", err
	}
	dvr.Query, dvr.QueryMethodVersion = text, zkvm.MethodVersionOf(libzk.Profile(engine), program)
	return zkpass.SignDVR(dvr, zkpass.Claims{}, verifier)
}
