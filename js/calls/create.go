package calls

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/verify"
)

type createArgs struct {
	Title       string            `json:"title"`
	Query       string            `json:"query"`
	Issuers     map[string]issuer `json:"issuers"`
	ExpiresIn   int64             `json:"expiresIn"` // seconds
	ResponseURI string            `json:"responseUri"`
	LoginNonce  *string           `json:"loginNonce"` // the tag of the document that must bear it
	Key         json.RawMessage   `json:"key"`        // the verifier's public key
	Now         *int64            `json:"now"`
	KeySets     bool              `json:"keySets"`
}

// issuer says whose signature a document must bear.
type issuer struct {
	JWKS    json.RawMessage `json:"jwks"` // a URL, or a key set
	KeyID   string          `json:"kid"`
	Format  zkpass.Format   `json:"format"`
	DataURL string          `json:"dataUrl"`
}

type createResult struct {
	ID         string `json:"dvrId"`
	Token      string `json:"dvrToken"`
	Expires    int64  `json:"expiresAt"`
	LoginNonce string `json:"loginNonce,omitempty"`
}

// maxLife bounds the time that a request is good for.
const maxLife = 24 * 3600

func createCall(ctx context.Context, host Host, args []byte) (any, error) {
	var a createArgs
	if err := decode(args, &a); err != nil {
		return nil, err
	}
	now, err := clock(a.Now)
	if err != nil {
		return nil, err
	}
	if a.ExpiresIn < 1 || a.ExpiresIn > maxLife {
		return nil, fmt.Errorf("argument expiresIn: want 1 to %d seconds", maxLife)
	}
	key, err := publicKey("key", a.Key)
	if err != nil {
		return nil, err
	}
	if key == nil {
		return nil, errors.New("argument key: want a JWK")
	}
	documents := make(map[string]zkpass.UserDataRequest, len(a.Issuers))
	for _, tag := range slices.Sorted(maps.Keys(a.Issuers)) {
		d := a.Issuers[tag]
		if documents[tag], err = d.document(ctx, resolver(host, a.KeySets)); err != nil {
			return nil, asking(fmt.Errorf("issuer %.40q: %w", tag, err))
		}
	}
	nonce, err := a.bind()
	if err != nil {
		return nil, asking(err)
	}
	dvr, err := verify.NewDVR(a.Title, a.Query, documents, key)
	if err != nil {
		return nil, asking(err)
	}
	issued := now().UTC().Truncate(time.Second)
	claims := zkpass.Claims{IssuedAt: issued, Expires: issued.Add(time.Duration(a.ExpiresIn) * time.Second), ResponseURI: a.ResponseURI, LoginNonce: nonce}
	if a.ResponseURI != "" {
		if claims.Issuer, err = zkpass.Origin(a.ResponseURI); err != nil {
			return nil, fmt.Errorf("argument responseUri: %w", err)
		}
	}
	token, err := sign(ctx, host, dvr, claims, key)
	if err != nil {
		return nil, err
	}
	return &createResult{dvr.ID, token, claims.Expires.Unix(), nonce}, nil
}

// sign has the host sign the request, and checks that it has.
func sign(ctx context.Context, host Host, dvr *zkpass.DVR, claims zkpass.Claims, key *zkpass.PublicKey) (string, error) {
	input, err := zkpass.DVRSigningInput(dvr, claims, key)
	if err != nil {
		return "", asking(err)
	}
	text, err := host.Ask(ctx, "sign", struct {
		Input string `json:"input"`
	}{input})
	if err != nil {
		return "", err
	}
	var signature string
	if err := json.Unmarshal(text, &signature); err != nil {
		return "", errors.New("the host's signature is not a text")
	}
	token, err := zkpass.ParseDVRToken(input + "." + signature)
	if err == nil {
		err = token.Verify(key)
	}
	if err != nil {
		return "", zkpass.NewProblem(0, zkpass.ProblemKeys, "the private key does not belong to the public key: "+err.Error())
	}
	return input + "." + signature, nil
}

// bind binds the query to a fresh login, if that is asked for, and returns its nonce.
func (a *createArgs) bind() (string, error) {
	if a.LoginNonce == nil {
		return "", nil
	}
	tag := *a.LoginNonce
	if tag == "" && len(a.Issuers) == 1 {
		for only := range a.Issuers {
			tag = only
		}
	}
	if d, ok := a.Issuers[tag]; !ok || d.Format != zkpass.FormatJWT {
		return "", fmt.Errorf("argument loginNonce: want true where there is one document, or the tag of one, of format %s", zkpass.FormatJWT)
	}
	nonce := zkpass.NewLoginNonce()
	text, err := query.BindNonce(a.Query, tag, nonce)
	a.Query = text
	return nonce, err
}

// document is what the request says of one. A key is looked for, so that a request that
// nobody can answer is not made; only where the host has no key sets, a URL with a kid is
// taken as it is.
func (i *issuer) document(ctx context.Context, keys zkpass.KeyResolver) (d zkpass.UserDataRequest, err error) {
	d.Format = i.Format
	if i.Format != "" && i.Format != zkpass.FormatZKPass && i.Format != zkpass.FormatJWT {
		return d, fmt.Errorf("want the format %s or %s", zkpass.FormatZKPass, zkpass.FormatJWT)
	}
	if i.DataURL != "" {
		d.URL = &i.DataURL
	}
	var url string
	if len(i.JWKS) == 0 || i.JWKS[0] != '"' {
		set, err := keySet("jwks", i.JWKS)
		if err == nil && set == nil {
			err = errors.New("argument jwks: want the URL of a key set, or a key set")
		}
		if err != nil {
			return d, err
		}
		key, err := set.Key(i.KeyID, "")
		if err == nil {
			err = key.Algorithm().CheckProvable()
		}
		if err != nil {
			return d, err
		}
		d.VerifyingKey = key.Option()
		return d, nil
	}
	if err := json.Unmarshal(i.JWKS, &url); err != nil {
		return d, err
	}
	id := i.KeyID
	if keys != nil {
		key, err := keys.ResolveKey(ctx, url, id, "")
		if err == nil {
			err = key.Algorithm().CheckProvable()
		}
		if err != nil {
			return d, err
		}
		id = key.ID()
	}
	if id == "" {
		return d, errors.New("want a kid beside the URL of a key set, or key sets to look into")
	}
	d.VerifyingKey = zkpass.KeyOption{KeysetEndpoint: &zkpass.KeysetEndpoint{JKU: url, KID: id}}
	return d, nil
}

// asking makes a problem of an error in making a request, as the verifier over HTTP does.
func asking(err error) error {
	switch {
	case errors.Is(err, query.ErrCompile):
		return compiling(err)
	case errors.Is(err, zkpass.ErrFetch):
		return zkpass.NewProblem(0, zkpass.ProblemCannotTell, err.Error())
	case errors.Is(err, zkpass.ErrUnprovable), errors.Is(err, zkpass.ErrAlgorithm), errors.Is(err, zkpass.ErrUnknownKey), errors.Is(err, zkpass.ErrNotAllowed), errors.Is(err, zkpass.ErrKeyMismatch):
		return zkpass.NewProblem(0, zkpass.ProblemKeys, err.Error())
	case errors.Is(err, zkpass.ErrUnsupportedZKVM):
		return zkpass.NewProblem(0, zkpass.ProblemUnsupported, err.Error())
	}
	return err
}
