package integration

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/zkpass-go/zkpass"
)

// IssuerSide answers requests that verifiers send to the issuer, about users who have
// allowed it.
type IssuerSide struct {
	Issuer    *Issuer
	Verifiers Partners
	// Grant returns who calls and about whom: what the issuer's authorization server says
	// of the request's access token. Nil means that it is not good.
	Grant func(*http.Request) *Grant
	// Consent tells whether the user agrees to be asked this: by a page, or by what the
	// user has agreed to before.
	Consent func(ctx context.Context, user string, q *Question) (bool, error)
	Prove   Prover
}

// Grant is what a user has allowed a verifier.
type Grant struct {
	User   string
	Origin string // of the verifier
}

// ServeHTTP takes a DVR token and answers with the proof.
func (s *IssuerSide) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	grant := s.Grant(r)
	if grant == nil {
		http.Error(w, "no access token, or one that is not good", http.StatusUnauthorized)
		return
	}
	token, err := io.ReadAll(http.MaxBytesReader(w, r.Body, zkpass.MaxDVRToken))
	if err != nil {
		http.Error(w, "the request did not arrive, or is too large", http.StatusRequestEntityTooLarge)
		return
	}
	question, err := s.Verifiers.Read(r.Context(), string(token))
	if err != nil {
		s.Issuer.Log.WarnContext(r.Context(), "request refused", "err", err)
		http.Error(w, "the request is not accepted: "+err.Error(), http.StatusBadRequest)
		return
	}
	proof, err := s.prove(r.Context(), grant, question)
	if err != nil {
		// The cause stays here: it would tell the verifier more than a proof does.
		s.Issuer.Log.WarnContext(r.Context(), "no proof", "dvr_id", question.Request.DVR.ID, "err", err)
		http.Error(w, "there is no proof", http.StatusUnprocessableEntity)
		return
	}
	sendToken(w, proof)
}

// prove proves about the user of the grant, whoever the question speaks of.
func (s *IssuerSide) prove(ctx context.Context, grant *Grant, q *Question) (string, error) {
	if q.From.Origin != grant.Origin {
		return "", errors.New("the request is not by the verifier that the access token is for")
	}
	agreed, err := s.Consent(ctx, grant.User, q)
	if err != nil {
		return "", err
	}
	if !agreed {
		return "", ErrDeclined
	}
	key, err := s.keyFor(ctx, &q.Request.DVR)
	if err != nil {
		return "", err
	}
	document, err := s.Issuer.Sign(ctx, grant.User, key)
	if err != nil {
		return "", err
	}
	return s.Prove(ctx, q.Token, map[string]string{"": document})
}

// keyFor returns the key that a request asks for: the verifier may not have heard of the
// newest one.
func (s *IssuerSide) keyFor(ctx context.Context, dvr *zkpass.DVR) (*zkpass.PrivateKey, error) {
	wanted, err := dvr.ResolveKeys(ctx, nil, nil)
	if err != nil {
		return nil, err
	}
	for _, key := range s.Issuer.SigningKeys {
		if len(wanted) == 1 && key.Public().Equal(wanted[""]) {
			return key, nil
		}
	}
	return nil, errors.New("the request is not about one document signed with a key of ours")
}
