package calls

import (
	"context"
	"encoding/json"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/query"
)

type readArgs struct {
	Request  string          `json:"request"`
	DVRKey   json.RawMessage `json:"dvrKey"`
	Now      *int64          `json:"now"`
	KeySets  bool            `json:"keySets"`
	Language query.Language  `json:"language"`
}

// readResult is a request that is signed as it says and has not expired.
type readResult struct {
	ID          string                  `json:"dvrId"`
	Title       string                  `json:"title"`
	Query       string                  `json:"query"`
	ZKVM        string                  `json:"zkvm"`
	Issuer      string                  `json:"iss,omitempty"`
	ResponseURI string                  `json:"responseUri,omitempty"`
	LoginNonce  string                  `json:"loginNonce,omitempty"`
	IssuedAt    int64                   `json:"issuedAt,omitempty"`
	Expires     int64                   `json:"expiresAt,omitempty"`
	Documents   map[string]readDocument `json:"documents"`
	Explanation *query.Explanation      `json:"explanation"`
}

type readDocument struct {
	Format  zkpass.Format    `json:"format"`
	DataURL string           `json:"dataUrl,omitempty"`
	Key     zkpass.KeyOption `json:"key"`
}

func readCall(ctx context.Context, host Host, args []byte) (any, error) {
	var a readArgs
	if err := decode(args, &a); err != nil {
		return nil, err
	}
	policy, err := publicKey("dvrKey", a.DVRKey)
	if err != nil {
		return nil, err
	}
	now, err := clock(a.Now)
	if err != nil {
		return nil, err
	}
	token, err := zkpass.ParseDVRToken(a.Request)
	if err == nil {
		err = token.DVR.CheckZKVM()
	}
	var key *zkpass.PublicKey
	if err == nil {
		key, err = token.Key(ctx, resolver(host, a.KeySets), policy)
	}
	if err == nil {
		err = token.Verify(key)
	}
	if err == nil {
		err = token.CheckTime(now())
	}
	if err != nil {
		return nil, zkpass.NewProblem(0, local.Code(err), err.Error())
	}
	explanation, err := explain(token.DVR.Query, token.DVR.Formats(), a.Language)
	if err != nil {
		return nil, err
	}
	r := &readResult{
		ID: token.DVR.ID, Title: token.DVR.Title, Query: token.DVR.Query, ZKVM: token.DVR.ZKVM,
		Issuer: token.Claims.Issuer, ResponseURI: token.Claims.ResponseURI, LoginNonce: token.Claims.LoginNonce,
		Documents: map[string]readDocument{}, Explanation: explanation,
	}
	if t := token.Claims.IssuedAt; !t.IsZero() {
		r.IssuedAt = t.Unix()
	}
	if t := token.Claims.Expires; !t.IsZero() {
		r.Expires = t.Unix()
	}
	formats := token.DVR.Formats()
	for tag, d := range token.DVR.Requests {
		document := readDocument{Format: formats[tag], Key: d.VerifyingKey}
		if d.URL != nil {
			document.DataURL = *d.URL
		}
		r.Documents[tag] = document
	}
	return r, nil
}
