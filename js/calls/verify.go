package calls

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/verify"
)

type verifyArgs struct {
	Proof       string          `json:"proof"`
	Request     string          `json:"request"`
	ServiceKeys json.RawMessage `json:"serviceKeys"`
	AllowLocal  bool            `json:"allowLocal"`
	DVRKey      json.RawMessage `json:"dvrKey"`
	Now         *int64          `json:"now"` // Unix seconds
	TTL         *int64          `json:"ttl"` // seconds
	Skew        *int64          `json:"skew"`
	KeySets     bool            `json:"keySets"` // the host answers "keySet"
	Once        bool            `json:"once"`    // the host answers "once"
}

type verifyResult struct {
	ID        string              `json:"dvrId"`
	Title     string              `json:"title"`
	Output    string              `json:"output"` // byte for byte as proven
	Evaluated int64               `json:"evaluated"`
	Local     bool                `json:"local"`
	Documents map[string]document `json:"documents"`
}

// document is what is public of a document.
type document struct {
	Algorithm zkpass.Algorithm `json:"algorithm"`
	KeyID     string           `json:"keyId,omitempty"`
	Class     string           `json:"class"`
}

func verifyCall(ctx context.Context, host Host, args []byte) (any, error) {
	var a verifyArgs
	if err := decode(args, &a); err != nil {
		return nil, err
	}
	opts, err := a.options(host)
	if err != nil {
		return nil, err
	}
	proof := []byte(strings.TrimSpace(a.Proof))
	outcome, err := verify.Verify(ctx, proof, a.Request, opts)
	if err != nil {
		return nil, zkpass.NewProblem(0, verify.Code(err), err.Error())
	}
	token, err := zkpass.ParseProofToken(string(proof))
	if err != nil {
		return nil, err
	}
	result := &verifyResult{
		ID: outcome.DVRID, Title: outcome.DVRTitle, Output: string(outcome.Outputs), Evaluated: outcome.Time.Unix(),
		Local: outcome.Local, Documents: map[string]document{},
	}
	for tag, d := range token.Proof.Documents {
		header, err := zkpass.ParseHeader(d.Header)
		if err != nil {
			return nil, err
		}
		result.Documents[tag] = document{header.Algorithm, header.KeyID, d.Class}
	}
	return result, nil
}

func (a *verifyArgs) options(host Host) (opts verify.Options, err error) {
	opts.AllowLocal, opts.Resolver = a.AllowLocal, resolver(host, a.KeySets)
	if opts.ServiceKeys, err = keySet("serviceKeys", a.ServiceKeys); err != nil {
		return opts, err
	}
	if opts.DVRKey, err = publicKey("dvrKey", a.DVRKey); err != nil {
		return opts, err
	}
	if opts.Now, err = clock(a.Now); err != nil {
		return opts, err
	}
	if opts.TTL, err = window("ttl", a.TTL, verify.None); err != nil {
		return opts, err
	}
	if opts.Skew, err = window("skew", a.Skew, verify.None); err != nil {
		return opts, err
	}
	if a.Once {
		opts.Store = once{host}
	}
	return opts, nil
}

// once is the host's store of answered requests.
type once struct{ host Host }

// Use implements [verify.OnceStore]. The host answers true if the id was not used
// before, and false if it was.
func (o once) Use(ctx context.Context, id string, now, until time.Time) error {
	text, err := o.host.Ask(ctx, "once", struct {
		ID    string `json:"id"`
		Now   int64  `json:"now"`
		Until int64  `json:"until"`
	}{id, now.Unix(), until.Unix()})
	if err != nil {
		return fmt.Errorf("the store: %w", plain(err))
	}
	switch string(text) {
	case "true":
		return nil
	case "false":
		return verify.ErrReplayed
	}
	return errors.New("the store answered neither true nor false")
}
