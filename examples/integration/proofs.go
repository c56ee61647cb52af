package integration

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/verify"
)

// maxProof bounds a proof token in bytes. Those of this query have 250 KB.
const maxProof = 2 << 20

// ErrNoRequest means that the verifier has made no such request for this customer.
var ErrNoRequest = errors.New("no such request of this customer")

// errNotApplied means that a proof was good and used up, and that its result is lost.
var errNotApplied = errors.New("applying the result failed")

// receiveProof is the response_uri.
func (v *Verifier) receiveProof(w http.ResponseWriter, r *http.Request, c *Customer) {
	token, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxProof))
	if err != nil {
		http.Error(w, "the proof did not arrive, or is too large", http.StatusRequestEntityTooLarge)
		return
	}
	result, err := v.accept(r.Context(), c.ID, token)
	if err != nil {
		v.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, "{\"result\":%t}\n", result)
}

// accept checks a proof that came for a customer, and applies what it says.
func (v *Verifier) accept(ctx context.Context, customer string, token []byte) (bool, error) {
	// Nothing in the token counts yet: it only says which request to look up.
	parsed, err := zkpass.ParseProofToken(string(token))
	if err != nil {
		return false, err
	}
	request, err := v.Records.Find(ctx, parsed.Proof.DVRID)
	if err != nil {
		return false, err
	}
	if request.Customer != customer {
		return false, ErrNoRequest
	}
	options := verify.Options{AllowLocal: true, Store: v.Answered, Now: v.Now}
	if parsed.Signed() && v.ServiceKeys != "" {
		if options.ServiceKeys, err = v.Keys.KeySet(ctx, v.ServiceKeys); err != nil {
			return false, fmt.Errorf("fetching the service's keys: %w", err)
		}
	}
	outcome, err := verify.Verify(ctx, token, request.Token, options)
	if err != nil {
		return false, err
	}
	var outputs struct {
		Result bool `json:"result"`
	}
	if err := json.Unmarshal(outcome.Outputs, &outputs); err != nil {
		return false, fmt.Errorf("reading outputs: %w", err)
	}
	v.Log.InfoContext(ctx, "proof accepted", "dvr_id", request.ID, "bytes", len(token), "local", outcome.Local)
	if err := v.Apply(ctx, request.Customer, outputs.Result); err != nil {
		return false, fmt.Errorf("%w: %w", errNotApplied, err)
	}
	return outputs.Result, nil
}

// refuse answers with what the customer can do. The log has the cause, which names no
// values of user data.
func (v *Verifier) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status, text := refusal(err)
	v.Log.WarnContext(r.Context(), "refused", "path", r.URL.Path, "status", status, "err", err)
	http.Error(w, text, status)
}

func refusal(err error) (status int, text string) {
	is := func(causes ...error) bool {
		for _, cause := range causes {
			if errors.Is(err, cause) {
				return true
			}
		}
		return false
	}
	switch {
	case is(errNotApplied):
		return http.StatusInternalServerError, "something failed here: ask for a new request"
	case is(zkpass.ErrFetch):
		return http.StatusServiceUnavailable, "try again later"
	case is(ErrNoRequest):
		return http.StatusNotFound, "there is no such request of yours"
	case is(verify.ErrReplayed):
		return http.StatusConflict, "this request has been answered"
	case is(verify.ErrExpired, verify.ErrStale):
		return http.StatusGone, "too late: ask for a new request"
	case is(zkpass.ErrUnknownKey) && !is(verify.ErrService):
		return http.StatusUnprocessableEntity, "the issuer does not publish the key of your token: get a new one"
	case is(zkpass.ErrMalformed, zkpass.ErrTooLarge):
		return http.StatusBadRequest, "this is no proof"
	case is(verify.ErrService, verify.ErrRequest, verify.ErrIssuerKey, verify.ErrDVRKey,
		verify.ErrFuture, verify.ErrMethodVersion, verify.ErrProof):
		return http.StatusUnprocessableEntity, "the proof does not answer the request"
	default: // a database is away
		return http.StatusServiceUnavailable, "try again later"
	}
}
