package calls

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	ZKVM        string            `json:"zkvm"`
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

func createCall(ctx context.Context, host Host, args []byte) (any, error) {
	var a createArgs
	if err := decode(args, &a); err != nil {
		return nil, err
	}
	now, err := clock(a.Now)
	if err != nil {
		return nil, err
	}
	if most := int64(verify.MaxLife / time.Second); a.ExpiresIn < 1 || a.ExpiresIn > most {
		return nil, fmt.Errorf("argument expiresIn: want 1 to %d seconds", most)
	}
	key, err := publicKey("key", a.Key)
	if err != nil {
		return nil, err
	}
	if key == nil {
		return nil, errors.New("argument key: want a JWK")
	}
	question := verify.Question{
		Title: a.Title, Query: a.Query, Issuers: make(map[string]verify.Issuer, len(a.Issuers)), Life: time.Duration(a.ExpiresIn) * time.Second,
		ResponseURI: a.ResponseURI, Login: a.LoginNonce, ZKVM: a.ZKVM,
	}
	for tag, i := range a.Issuers {
		if question.Issuers[tag], err = i.read(); err != nil {
			return nil, asking(fmt.Errorf("issuer %.40q: %w", tag, err))
		}
	}
	dvr, claims, err := question.DVR(ctx, resolver(host, a.KeySets), key, now())
	if err != nil {
		return nil, asking(err)
	}
	token, err := sign(ctx, host, dvr, claims, key)
	if err != nil {
		return nil, err
	}
	return &createResult{dvr.ID, token, claims.Expires.Unix(), claims.LoginNonce}, nil
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

func (i *issuer) read() (out verify.Issuer, err error) {
	out = verify.Issuer{KeyID: i.KeyID, Format: i.Format, DataURL: i.DataURL}
	if len(i.JWKS) > 0 && i.JWKS[0] == '"' {
		return out, json.Unmarshal(i.JWKS, &out.KeySetURL)
	}
	out.KeySet, err = keySet("jwks", i.JWKS)
	return out, err
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
