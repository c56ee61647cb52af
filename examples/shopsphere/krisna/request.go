package krisna

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/verify"
)

// requestLife is how long a customer has to answer.
const requestLife = 10 * time.Minute

// request is a DVR that the shop has made, and what became of it.
type request struct {
	ID       string    `json:"id"`
	Customer string    `json:"customer"`
	Token    string    `json:"token"`
	Issued   time.Time `json:"issued"`
	Expires  time.Time `json:"expires"`
	Answer   *answer   `json:"answer,omitempty"`
}

// answer is what the shop has learnt from a proof. The proof itself is a record
// of its own.
type answer struct {
	Received time.Time       `json:"received"`
	Outputs  json.RawMessage `json:"outputs"`
	Result   bool            `json:"result"`
	Local    bool            `json:"local"`
	Bytes    int             `json:"bytes"`
}

var errNoDVR = errors.New("no such request")

// question is what the shop asks about a customer: is this the person that an account
// of ShopSphere belongs to, who has just signed in to the ShopSphere app? A sign-in with
// another nonce is none that this request led to, and does not count.
func (s *Shop) question(c *customer, nonce string) (string, error) {
	type object map[string]any
	equal := func(path, value string) object { return object{"==": []any{object{"dvar": path}, value}} }
	is := func(path, kind string) object { return object{"is": []any{path, kind}} }
	client := s.options.AppClientID
	text, err := json.Marshal([]any{object{"output": object{"result": object{"and": []any{
		equal("iss", s.options.Issuer),
		object{"or": []any{ // OpenID Connect Core 1.0, section 2: one text or a list
			object{"and": []any{is("aud", "string"), equal("aud", client)}},
			object{"and": []any{is("aud", "array"), object{"==": []any{object{"dvar": "aud[]"}, client, "or"}}}},
		}},
		object{"<": []any{object{"now": []any{}}, object{"dvar": "exp"}}},
		equal("firstName", c.FirstName),
		equal("lastName", c.LastName),
		equal("driverLicenseNumber", c.DriverLicenseNumber),
	}}}}})
	if err != nil {
		return "", err
	}
	return query.BindNonce(string(text), "", nonce)
}

// newRequest makes, signs and keeps a request for a customer.
func (s *Shop) newRequest(ctx context.Context, c *customer) (*request, error) {
	kid, err := s.issuerKeyID(ctx)
	if err != nil {
		return nil, fmt.Errorf("asking for ShopSphere's keys: %w", err)
	}
	nonce := zkpass.NewLoginNonce()
	text, err := s.question(c, nonce)
	if err != nil {
		return nil, err
	}
	dvr, err := verify.NewDVR("ShopSphere Account Holder", text, map[string]zkpass.UserDataRequest{"": {
		VerifyingKey: zkpass.KeyOption{KeysetEndpoint: &zkpass.KeysetEndpoint{JKU: s.options.IssuerJWKS, KID: kid}},
		Format:       zkpass.FormatJWT,
	}}, nil)
	if err != nil {
		return nil, err
	}
	// By its place in the shop's own key set: so whoever gets the request knows that
	// it is the shop that asks.
	dvr.VerifyingKey = &zkpass.KeyOption{KeysetEndpoint: &zkpass.KeysetEndpoint{
		JKU: s.options.Origin + jwksPath, KID: s.key.Public().ID(),
	}}
	now := s.now().Truncate(time.Second)
	r := &request{ID: dvr.ID, Customer: c.Username, Issued: now, Expires: now.Add(requestLife)}
	r.Token, err = zkpass.SignDVR(dvr, zkpass.Claims{
		IssuedAt: r.Issued, Expires: r.Expires, Issuer: s.options.Origin, ResponseURI: s.options.Origin + proofsPath,
		LoginNonce: nonce,
	}, s.key)
	if err != nil {
		return nil, err
	}
	return r, s.options.Store.putRequest(ctx, r)
}

// issuerKeyID names the key of ShopSphere that ID tokens are signed with today: of
// several the first for RS256, which is what providers sign with unless a client has
// asked for something else (OpenID Connect Registration 1.0, section 2).
func (s *Shop) issuerKeyID(ctx context.Context) (string, error) {
	set, err := s.fetcher.KeySet(ctx, s.options.IssuerJWKS)
	if err != nil {
		return "", err
	}
	keys := slices.DeleteFunc(set.Keys(), func(k *zkpass.PublicKey) bool { return !k.Algorithm().Provable() })
	for _, key := range keys {
		if key.Algorithm() == zkpass.RS256 {
			return key.ID(), nil
		}
	}
	if len(keys) > 0 {
		return keys[0].ID(), nil
	}
	// Without one that can be proven with, the app tells the customer so.
	key, err := set.Key("", "")
	if err != nil {
		return "", err
	}
	return key.ID(), nil
}

func (s *Store) putRequest(ctx context.Context, r *request) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if _, err := s.requests.Put(ctx, r.ID, text); err != nil {
		return fmt.Errorf("writing request: %w", err)
	}
	return nil
}

// request returns a request. Any text may be asked for.
func (s *Store) request(ctx context.Context, id string) (*request, error) {
	entry, err := s.requests.Get(ctx, id)
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound), errors.Is(err, jetstream.ErrInvalidKey):
		return nil, errNoDVR
	case err != nil:
		return nil, fmt.Errorf("reading request: %w", err)
	}
	r := new(request)
	if err := json.Unmarshal(entry.Value(), r); err != nil {
		return nil, fmt.Errorf("reading request: %w", err)
	}
	return r, nil
}

// answered returns the requests of a customer that were answered, newest first.
func (s *Store) answered(ctx context.Context, username string) ([]*request, error) {
	keys, err := s.requests.Keys(ctx)
	if err != nil {
		if errors.Is(err, jetstream.ErrNoKeysFound) {
			return nil, nil
		}
		return nil, fmt.Errorf("listing requests: %w", err)
	}
	var all []*request
	for _, id := range keys {
		r, err := s.request(ctx, id)
		if err != nil {
			return nil, err
		}
		if r.Customer == username && r.Answer != nil {
			all = append(all, r)
		}
	}
	sortByTime(all)
	return all, nil
}

func (s *Store) putProof(ctx context.Context, id string, token []byte) error {
	if _, err := s.proofs.Put(ctx, id, token); err != nil {
		return fmt.Errorf("writing proof: %w", err)
	}
	return nil
}

func (s *Store) proof(ctx context.Context, id string) ([]byte, error) {
	entry, err := s.proofs.Get(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("reading proof: %w", err)
	}
	return entry.Value(), nil
}
