package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/zkvm"
)

// dvrFlags are what dvr create is told.
type dvrFlags struct {
	key, title, query, id, expires, responseURI, zkvm string
	issuers, formats, dataURLs                        []string
	offline                                           bool
	loginNonce                                        loginNonceTag
}

func newDVRCreate() *cobra.Command {
	var flags dvrFlags
	var out string
	cmd := &cobra.Command{
		Use:   "create --key KEY --title TITLE --query FILE --issuer [tag:](FILE|URL)[#kid]...",
		Short: "make and sign a request",
		Long: `Makes a data verification request (DVR) for a query, signs it and prints the
token.

--issuer names the key of a document's issuer. From a file (JWKS, JWK or PEM) the
key itself goes into the request; a URL goes into it as it is, with the key's id,
and whoever needs the key fetches it. The #kid may be left out where there is one
key for signing. The key must be one that can be proven with, else nobody could
answer the request: a URL is fetched to see that, unless --offline is given or it
cannot be reached. With several documents each --issuer has a tag of its own, and
so may --format and --data-url: a prefix up to the first colon is a tag if it
consists of letters, digits and _ and no // follows. Write ./a:b.json for a file.

With --format jwt the paths of the query start at the payload of the token, as for
an ID token, otherwise in its member "data".

The request's issuer (iss) is the origin of --response-uri.

--login-nonce binds the answer to a fresh login. The request then carries 32 random
bytes (login_nonce), which the holder's app passes to the issuer as OpenID Connect's
nonce, and the query's result is true only of a token with that nonce. The query is one
expression, or has the output result alone. Make a new request for each login.`,
		Example: `  zkpass dvr create --key verifier.jwk --title "Over 18" --query query.json --issuer issuer.jwks.json
  zkpass dvr create --key verifier.jwk --title "Account holder" --query query.json \
      --issuer https://op.example/jwks#2026-03 --format jwt --expires 10m \
      --response-uri https://shop.example/proofs --login-nonce
  zkpass dvr create --key verifier.jwk --title "Loan" --query loan.json \
      --issuer bank:bank.jwks.json --issuer tax:https://tax.example/jwks#k1 --format tax:jwt`,
		Args: wantArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needFlags(cmd, "key", "title", "query", "issuer"); err != nil {
				return err
			}
			token, err := flags.create(cmd.Context(), cmd.ErrOrStderr(), time.Now().UTC().Truncate(time.Second))
			if err != nil {
				return err
			}
			return writeResult(cmd, out, token)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.key, "key", "", "the verifier's private key, ES256")
	f.StringVar(&flags.title, "title", "", "title that the holder reads")
	f.StringVar(&flags.query, "query", "", "file with the query")
	f.StringArrayVar(&flags.issuers, "issuer", nil, "key of a document's issuer, [tag:](FILE|URL)[#kid]; may be repeated")
	addFormat(cmd, &flags.formats)
	f.StringArrayVar(&flags.dataURLs, "data-url", nil, "where the holder's app gets a document, [tag:]URL")
	f.StringVar(&flags.id, "id", "", "id of the request (default: a new UUID)")
	f.StringVar(&flags.expires, "expires", "1h", "how long the request is good, or until when (RFC 3339); 0 for ever")
	f.StringVar(&flags.responseURI, "response-uri", "", "URL where the proof is to go")
	f.BoolVar(&flags.offline, "offline", false, "fetch nothing: take the URL and key id of --issuer as they are")
	addZKVM(cmd, &flags.zkvm)
	addOut(cmd, &out)
	f.Var(&flags.loginNonce, "login-nonce", "bind the answer to a fresh login at the issuer of a document of format jwt")
	f.Lookup("login-nonce").NoOptDefVal = anyTag
	return cmd
}

func (flags *dvrFlags) create(ctx context.Context, stderr io.Writer, now time.Time) (string, error) {
	if err := checkZKVM(flags.zkvm); err != nil {
		return "", err
	}
	if strings.TrimSpace(flags.title) == "" {
		return "", errors.New("--title: want a text: it is what the holder reads before anything else")
	}
	key, err := readPrivateKey(flags.key)
	if err != nil {
		return "", err
	}
	requests, err := flags.requests(ctx, stderr)
	if err != nil {
		return "", err
	}
	named := key.Public().Option()
	dvr := &zkpass.DVR{
		ZKVM: flags.zkvm, Title: flags.title, ID: flags.id, QueryEngineVersion: zkpass.Version,
		Requests: requests, VerifyingKey: &named,
	}
	if dvr.ID == "" {
		dvr.ID = zkpass.NewDVRID()
	}
	program, text, err := readQuery(flags.query, dvr.Formats())
	if err != nil {
		return "", err
	}
	claims := zkpass.Claims{IssuedAt: now, ResponseURI: flags.responseURI}
	if flags.loginNonce != "" {
		if text, claims.LoginNonce, err = flags.loginNonce.bind(text, dvr.Formats()); err != nil {
			return "", err
		}
		if program, err = compileQuery([]byte(text), dvr.Formats()); err != nil {
			return "", fmt.Errorf("%s, bound to a login: %w", flags.query, err)
		}
	}
	dvr.Query, dvr.QueryMethodVersion = text, zkvm.MethodVersionOf(libzk.Profile(dvr.ZKVM), program)
	if claims.Expires, err = parseExpiry(flags.expires, now); err != nil {
		return "", err
	}
	if flags.responseURI != "" {
		if claims.Issuer, err = zkpass.Origin(flags.responseURI); err != nil {
			return "", fmt.Errorf("--response-uri: %w", err)
		}
	}
	return zkpass.SignDVR(dvr, claims, key)
}

// requests makes the requests for the documents, by tag.
func (flags *dvrFlags) requests(ctx context.Context, stderr io.Writer) (map[string]zkpass.UserDataRequest, error) {
	issuers, err := parseAllTagged("issuer", flags.issuers)
	if err != nil {
		return nil, err
	}
	if err := checkTags("issuer", sortedKeys(issuers)); err != nil {
		return nil, err
	}
	formats, err := parseFormats(flags.formats)
	if err != nil {
		return nil, err
	}
	if err := onlyFor("format", formats, issuers); err != nil {
		return nil, err
	}
	urls, err := parseAllTagged("data-url", flags.dataURLs)
	if err != nil {
		return nil, err
	}
	if err := onlyFor("data-url", urls, issuers); err != nil {
		return nil, err
	}
	requests := make(map[string]zkpass.UserDataRequest, len(issuers))
	for _, tag := range sortedKeys(issuers) {
		option, err := flags.issuerOption(ctx, stderr, issuers[tag])
		if err != nil {
			return nil, hintAtTag(fmt.Errorf("--issuer: %w", err), tag, issuers[tag])
		}
		request := zkpass.UserDataRequest{VerifyingKey: option, Format: formats[tag]}
		if where, ok := urls[tag]; ok {
			if _, err := zkpass.Origin(where); err != nil {
				return nil, fmt.Errorf("--data-url: %w", err)
			}
			request.URL = &where
		}
		requests[tag] = request
	}
	return requests, nil
}

// issuerOption makes the key option for an issuer: the key itself from a file, an
// endpoint for a URL.
func (flags *dvrFlags) issuerOption(ctx context.Context, stderr io.Writer, arg string) (zkpass.KeyOption, error) {
	source, err := parseKeySource(arg)
	if err != nil {
		return zkpass.KeyOption{}, err
	}
	if source.isURL() {
		if _, err := zkpass.Origin(source.location); err != nil {
			return zkpass.KeyOption{}, fmt.Errorf("%s: %w", source.location, err)
		}
		if flags.offline && source.kid == "" {
			return zkpass.KeyOption{}, withHint(fmt.Errorf("%s: with --offline the key id cannot be found out", source.location), "name the key as in %s#kid", source.location)
		}
		if flags.offline {
			return source.endpoint(source.kid), nil
		}
	}
	set, err := source.load(ctx, stderr)
	var unreachable *url.Error
	switch {
	case err != nil && source.kid != "" && errors.As(err, &unreachable):
		// Others may reach it, or it later; nothing is known against the key.
		fmt.Fprintf(stderr, "zkpass: warning: --issuer: whether its key can be proven with was not looked at: %s\n", oneLine(err.Error()))
		return source.endpoint(source.kid), nil
	case err != nil && source.isURL() && errors.Is(err, zkpass.ErrFetch):
		return zkpass.KeyOption{}, withHint(err, "--offline makes the request without a look at the key set")
	case err != nil:
		return zkpass.KeyOption{}, err
	}
	key, err := source.pick(set)
	if err != nil {
		return zkpass.KeyOption{}, err
	}
	if source.isURL() {
		return source.endpoint(key.ID()), nil
	}
	return key.Option(), nil
}

// endpoint names a key by the URL of its key set.
func (s keySource) endpoint(kid string) zkpass.KeyOption {
	return zkpass.KeyOption{KeysetEndpoint: &zkpass.KeysetEndpoint{JKU: s.location, KID: kid}}
}
