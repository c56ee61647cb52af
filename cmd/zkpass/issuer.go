package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/document"
)

func newIssuer() *cobra.Command {
	return newGroup(&cobra.Command{
		Use:     "issuer",
		Short:   "look at issuers of tokens",
		Long:    `Tells whether the tokens of an issuer, such as an OpenID provider, can be proven about.`,
		Example: `  zkpass issuer check https://op.example`,
	}, newIssuerCheck())
}

func newIssuerCheck() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check URL|FILE [TOKEN]",
		Short: "say whether an issuer's tokens can be proven about",
		Long: `Reads the keys of an issuer, and says of each whether documents signed with it can be
proven about, and what to change if not. URL is that of the issuer, whose discovery
document is read (OpenID Connect Discovery 1.0, RFC 8414), or of a key set; FILE has a
key set, a key or a discovery document. TOKEN, a file with one token, is checked against these keys.

The status is 0 if at least one key can be proven with, and the token too where one is
given.`,
		Example: `  zkpass issuer check https://accounts.google.com
  zkpass issuer check https://op.example/jwks id-token.jwt
  zkpass issuer check jwks.json id-token.jwt --json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 2 {
				return nil
			}
			return wantArgs("URL|FILE")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			report, err := checkIssuer(cmd.Context(), args[0])
			if err != nil {
				return hintAtIssuer(err)
			}
			if len(args) == 2 {
				token, err := readToken(args[1], maxUserDataToken)
				if err != nil {
					return err
				}
				report.Token = checkIssuedToken(token, report.set)
			}
			if asJSON {
				err = printJSON(cmd, report)
			} else {
				err = report.print(cmd.OutOrStdout())
			}
			if why := report.failure(); err == nil && why != nil {
				err = ending{why, 1, true}
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// issuerReport is what issuer check tells.
type issuerReport struct {
	Issuer     string       `json:"issuer,omitempty"` // as its discovery document has it
	KeySet     string       `json:"jwks"`             // where its keys are
	Algorithms []string     `json:"id_token_algorithms,omitempty"`
	Notes      []string     `json:"notes,omitempty"`
	Keys       []keyVerdict `json:"keys"`
	Token      *keyVerdict  `json:"token,omitempty"`

	set *issuerSet
}

// keyVerdict says of a key, or of a token, whether it can be proven with.
type keyVerdict struct {
	ID        string           `json:"kid,omitempty"`
	Algorithm zkpass.Algorithm `json:"alg,omitempty"`
	Provable  bool             `json:"provable"`
	Why       string           `json:"why,omitempty"` // not
	Do        string           `json:"do,omitempty"`  // about it
}

// checkIssuer reads the keys at a place and says of each what can be done with it.
func checkIssuer(ctx context.Context, location string) (*issuerReport, error) {
	r := &issuerReport{KeySet: location, Keys: []keyVerdict{}}
	text, err := readPlace(ctx, location)
	if err != nil {
		return nil, err
	}
	if isIssuer := (keySource{location: location}).isURL() && !isJSONObject(text); isIssuer {
		r.KeySet = strings.TrimRight(location, "/") + "/.well-known/openid-configuration"
		if text, err = readPlace(ctx, r.KeySet); err != nil {
			return nil, err
		}
	}
	var discovery struct {
		Issuer     string   `json:"issuer"`
		JWKSURI    string   `json:"jwks_uri"`
		Algorithms []string `json:"id_token_signing_alg_values_supported"`
	}
	if json.Unmarshal(text, &discovery) == nil && discovery.JWKSURI != "" {
		r.Issuer, r.Algorithms = discovery.Issuer, discovery.Algorithms
		r.noteDiscovery(location)
		r.KeySet = discovery.JWKSURI
		if text, err = readPlace(ctx, r.KeySet); err != nil {
			return nil, err
		}
	}
	if text, err = plainText(text); err == nil {
		r.set, err = parseKeys(text)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.KeySet, err)
	}
	for _, key := range r.set.Keys() {
		v := keyVerdict{ID: key.ID(), Algorithm: key.Algorithm()}
		v.judge(key.Algorithm().CheckProvable())
		r.Keys = append(r.Keys, v)
	}
	for id, why := range r.set.Unfit() {
		v := keyVerdict{ID: id}
		v.judge(why)
		r.Keys = append(r.Keys, v)
	}
	return r, nil
}

// noteDiscovery compares what an issuer says of itself with how it was asked.
func (r *issuerReport) noteDiscovery(location string) {
	asked := strings.TrimSuffix(strings.TrimRight(location, "/"), "/.well-known/openid-configuration")
	if (keySource{location: location}).isURL() && strings.TrimRight(r.Issuer, "/") != asked {
		r.Notes = append(r.Notes, fmt.Sprintf("it calls itself %s, which is what tokens have in iss and what queries compare", r.Issuer))
	}
	provable := slices.ContainsFunc(r.Algorithms, func(name string) bool { return zkpass.Algorithm(name).Provable() })
	if len(r.Algorithms) > 0 && !provable {
		r.Notes = append(r.Notes, "it signs ID tokens with "+strings.Join(r.Algorithms, ", ")+" only; zkPass proves ES256, RS256 and PS256")
	}
}

func (v *keyVerdict) judge(err error) {
	v.Provable = err == nil
	if err == nil {
		return
	}
	v.Why = oneLine(err.Error())
	switch {
	case v.Algorithm == zkpass.ECDHES:
		v.Do = "nothing: it is for encryption"
	case errors.Is(err, zkpass.ErrUnprovable), errors.Is(err, zkpass.ErrAlgorithm):
		v.Do = "have the issuer sign with ES256 (P-256), or RS256 or PS256 of 2048, 3072 or 4096 bits and e = 65537"
	case errors.Is(err, zkpass.ErrUnknownKey):
		v.Do = "take the keys of the issuer that has signed it; after a rotation of keys, an older set may be at hand"
	case errors.Is(err, zkpass.ErrSignature):
		v.Do = "take the token as it was issued: it was changed, or another key of the same id has signed it"
	case errors.Is(err, zkpass.ErrTooLarge):
		v.Do = "have fewer claims or certificates put into the token"
	case errors.Is(err, zkpass.ErrMalformed):
		v.Do = "nothing that a holder could do: it is not what the standard has"
	}
}

// checkIssuedToken says whether a token can be proven about.
func checkIssuedToken(text string, set *issuerSet) *keyVerdict {
	v := new(keyVerdict)
	token, err := zkpass.ParseUserDataToken(text)
	if err == nil {
		v.ID, v.Algorithm = token.Header.KeyID, token.Header.Algorithm
		err = v.Algorithm.CheckProvable()
	}
	if err == nil {
		var key *zkpass.PublicKey
		if key, err = set.key(v.ID, v.Algorithm); err == nil {
			err = token.Verify(key)
		}
	}
	if err == nil {
		_, err = document.Parse(token.Payload)
	}
	v.judge(err)
	return v
}

// failure is why the answer is no.
func (r *issuerReport) failure() error {
	if r.Token != nil && !r.Token.Provable {
		return errors.New("the token cannot be proven about: " + r.Token.Why)
	}
	if !slices.ContainsFunc(r.Keys, func(k keyVerdict) bool { return k.Provable }) {
		return errors.New("no key can be proven with")
	}
	return nil
}

func (r *issuerReport) print(w io.Writer) error {
	var out bytes.Buffer
	if r.Issuer != "" {
		fmt.Fprintf(&out, "issuer  %s\n", r.Issuer)
	}
	fmt.Fprintf(&out, "keys    %s\n", r.KeySet)
	if len(r.Algorithms) > 0 {
		fmt.Fprintf(&out, "signs   %s\n", strings.Join(r.Algorithms, ", "))
	}
	for _, text := range r.Notes {
		fmt.Fprintf(&out, "note    %s\n", text)
	}
	out.WriteByte('\n')
	table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "KEY\tALG\tPROVABLE\tWHY NOT")
	for _, key := range r.Keys {
		key.print(table, key.ID)
	}
	if r.Token != nil {
		r.Token.print(table, "the token, by "+orNone(r.Token.ID))
	}
	table.Flush()
	_, err := w.Write(out.Bytes())
	return err
}

func (v keyVerdict) print(w io.Writer, name string) {
	answer, why := "yes", ""
	if !v.Provable {
		answer, why = "no", v.Why
		if v.Do != "" {
			why += ". " + strings.ToUpper(v.Do[:1]) + v.Do[1:]
		}
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", orNone(name), orNone(string(v.Algorithm)), answer, why)
}

func orNone(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// isJSONObject reports whether a text begins as one.
func isJSONObject(text []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(text, []byte(markUTF8))), []byte("{"))
}

// readPlace reads a small text from a file or a URL. Whoever types a URL may have any
// host asked, also one that services would not ask.
func readPlace(ctx context.Context, location string) ([]byte, error) {
	if !(keySource{location: location}).isURL() {
		return readText(location, zkpass.MaxKeySet)
	}
	if _, err := zkpass.Origin(location); err != nil {
		return nil, fmt.Errorf("%s: %w", location, err)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, location, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", location, zkpass.ErrMalformed)
	}
	request.Header.Set("Accept", "application/json, application/jwk-set+json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return nil, fmt.Errorf("%w: %s: %w", zkpass.ErrFetch, location, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK && response.StatusCode != http.StatusNotFound {
		return nil, fmt.Errorf("%w: %s: the server answered with status %d", zkpass.ErrFetch, location, response.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, zkpass.MaxKeySet+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %s: %w", zkpass.ErrFetch, location, err)
	case len(text) > zkpass.MaxKeySet && isJSONObject(text):
		return nil, fmt.Errorf("%s: %w: at most %d bytes are read", location, zkpass.ErrTooLarge, zkpass.MaxKeySet)
	}
	return text, nil
}

func hintAtIssuer(err error) error {
	if errors.Is(err, zkpass.ErrFetch) {
		return withHint(err, "a provider's URL is what its tokens have in iss; a key set can be given as a file too")
	}
	return err
}
