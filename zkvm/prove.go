package zkvm

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/transcript"
)

// ErrProof is matched by Verify's errors for proofs that do not hold.
var ErrProof = libzk.ErrProof

// Option changes how Prove works.
type Option func(*options)

type options struct {
	progress func(step string, done, total int)
	random   io.Reader
	// related is told of each attempt after the wiring pass; tests set it to end one.
	related func(p *plan, published []byte) error
}

// WithProgress calls f at the start of each step of proving.
func WithProgress(f func(step string, done, total int)) Option {
	return func(o *options) { o.progress = f }
}

// Prove makes a proof of the statement from its documents' secrets, one for each
// document. st.Output must be what the program gives. It does not check
// signatures beforehand: a wrong one is an error.
//
// Proving takes time and memory linear in the documents' size classes. A
// cancelled context stops it between steps.
func Prove(ctx context.Context, st *Statement, secrets []Secret, opts ...Option) ([]byte, error) {
	o := options{progress: func(string, int, int) {}, random: rand.Reader}
	for _, f := range opts {
		f(&o)
	}
	if len(secrets) != len(st.Documents) {
		return nil, fmt.Errorf("%d documents' secrets for a statement about %d", len(secrets), len(st.Documents))
	}
	// Each attempt lays the statement out anew: a mask is used once.
	for attempt := 1; ; attempt++ {
		proof, err := prove(ctx, st, secrets, &o)
		switch {
		case err == nil:
			o.progress("done", steps, steps)
			return proof, nil
		case !errors.Is(err, libzk.ErrChallenge):
			return nil, err
		case attempt == maxAttempts:
			return nil, fmt.Errorf("%w, with %d commitments in a row; the secrets do not fit the statement", err, attempt)
		}
	}
}

// steps are those that WithProgress tells of.
const steps = 3

// maxAttempts bounds the commitments of one proof. Chance needs a second one with
// probability below 2^-100; a value that can never be published (a product that
// must not be zero and always is) would need them for ever.
const maxAttempts = 3

// prove is one attempt. It fails with libzk.ErrChallenge where another one may
// succeed.
func prove(ctx context.Context, st *Statement, secrets []Secret, o *options) ([]byte, error) {
	o.progress("laying out", 0, steps)
	p, err := newPlan(st, secrets, o.random)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	o.progress("committing", 1, steps)
	own := p.secrets
	own.Over = true
	var relations *libzk.Relations
	proof, err := p.system.Prove(st.encode(), own, o.random, func(t *transcript.Transcript) ([]byte, *libzk.Relations, error) {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		o.progress("proving", 2, steps)
		published, r, err := p.relate(t, nil, true)
		if err == nil && o.related != nil {
			err = o.related(p, published)
		}
		p.secrets = libzk.Secrets{} // the proof alone has them from here on
		relations = r
		return published, r, err
	})
	if err != nil {
		return nil, fmt.Errorf("proving: %w", err)
	}
	relations.Free()
	return proof, nil
}

// Verify checks a proof of the statement. It returns an error that matches
// ErrProof if the proof does not hold, and another one if the statement cannot
// be one. It needs no network, no state and no clock, and is safe for concurrent
// use.
func Verify(st *Statement, proof []byte) error {
	p, err := newPlan(st, nil, nil)
	if err != nil {
		return err
	}
	var relations *libzk.Relations
	err = p.system.Verify(st.encode(), p.published, proof, func(t *transcript.Transcript, published []byte) (r *libzk.Relations, err error) {
		_, relations, err = p.relate(t, published, false)
		return relations, err
	})
	if err == nil {
		relations.Free()
	}
	return err
}

// Circuits describes the circuits that prove a statement.
func Circuits(st *Statement) ([]libzk.CircuitInfo, error) {
	p, err := newPlan(st, nil, nil)
	if err != nil {
		return nil, err
	}
	return p.system.Circuits(), nil
}
