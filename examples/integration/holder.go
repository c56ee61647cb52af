package integration

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/zkpass-go/zkpass"
)

// ErrDeclined means that the holder does not want to answer.
var ErrDeclined = errors.New("declined")

// Holder is the app of a person who has user data. If it has a server, this runs there:
// an API key of the service belongs to no page.
type Holder struct {
	Partners
	// Consent shows a question to the person, who agrees or does not.
	Consent func(ctx context.Context, q *Question) (bool, error)
	// Documents returns the tokens that a request asks for, by tag.
	Documents func(ctx context.Context, dvr *zkpass.DVR) (map[string]string, error)
	// Authorize adds the person's login at the partner to a request that goes there.
	Authorize func(r *http.Request, to Partner)
	Prove     Prover
}

// Ask gets a request from a partner. The proof will be about a token that is signed with
// the issuer's key kid.
func (h *Holder) Ask(ctx context.Context, from Partner, kid string) (dvrToken string, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	to := from.Origin + "/requests?kid=" + url.QueryEscape(kid)
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, to, nil)
	if err != nil {
		return "", err
	}
	text, err := h.call(post, from)
	return string(text), err
}

// Answer answers a DVR token, if the person agrees.
func (h *Holder) Answer(ctx context.Context, dvrToken string) error {
	question, err := h.Read(ctx, dvrToken)
	if err != nil {
		return err
	}
	if question.Request.Claims.ResponseURI == "" {
		return ErrNoResponse
	}
	agreed, err := h.Consent(ctx, question)
	if err != nil {
		return err
	}
	if !agreed {
		return ErrDeclined
	}
	documents, err := h.Documents(ctx, &question.Request.DVR)
	if err != nil {
		return fmt.Errorf("getting user data: %w", err)
	}
	proof, err := h.Prove(ctx, dvrToken, documents)
	if err != nil {
		return err
	}
	return h.send(ctx, question, proof)
}

// send takes the proof to the response_uri and nowhere else. That it has the origin of
// iss was checked when the token was parsed.
func (h *Holder) send(ctx context.Context, q *Question, proof string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	to := q.Request.Claims.ResponseURI
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(proof))
	if err != nil {
		return err
	}
	post.Header.Set("Content-Type", "application/jwt")
	_, err = h.call(post, q.From)
	return err
}

// call sends a request to a partner, with the person's login there.
func (h *Holder) call(post *http.Request, to Partner) ([]byte, error) {
	h.Authorize(post, to)
	response, err := direct.Do(post)
	if err != nil {
		return nil, fmt.Errorf("calling %s: %w", to.Name, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(http.MaxBytesReader(nil, response.Body, zkpass.MaxDVRToken))
	if err != nil {
		return nil, fmt.Errorf("calling %s: %w", to.Name, err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("calling %s: status %d: %.200q", to.Name, response.StatusCode, text)
	}
	return text, nil
}

// direct is a client that follows no redirect: it would take proof and login along.
var direct = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}
