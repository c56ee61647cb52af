package integration

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/verify"
)

const (
	// requestLife is how long a customer has to answer a request.
	requestLife = 10 * time.Minute
	proofsPath  = "/proofs"
)

// Verifier asks the issuer's users who are its own customers too. Its handlers belong
// behind the login that the application has.
type Verifier struct {
	Origin    string              // as in "https://shop.example"
	Key       *zkpass.PrivateKey  // signs requests; of zkpass.ReadPrivateKey
	OtherKeys []*zkpass.PublicKey // published too: the next one, and old ones

	Issuer      string             // member iss of the user data
	IssuerKeys  string             // URL of the issuer's key set
	Format      zkpass.Format      // zkpass.FormatJWT for ID tokens
	ServiceKeys string             // URL of the key set of the service that customers use; "" for none
	Keys        *zkpass.KeyFetcher // its AllowedHosts are those of the two URLs

	// LoggedIn returns the customer of a request's session, and nil if there is none.
	LoggedIn func(*http.Request) *Customer
	// Apply is what the answer is for. It runs once for a request.
	Apply    func(ctx context.Context, customer string, result bool) error
	Records  Records
	Answered verify.OnceStore // one for all processes
	Log      *slog.Logger
	Now      func() time.Time
}

// Customer is what the verifier knows of a person already.
type Customer struct {
	ID, FirstName, LastName, License string
}

// Request is a request that was made, and for whom.
type Request struct {
	ID       string // the dvr_id
	Customer string
	Token    string // the DVR token as signed
}

// Records is a table of the verifier's database. Rows may go when their request has
// expired.
type Records interface {
	Add(ctx context.Context, request Request) error
	// Find returns the request with an id, which may be any text, or ErrNoRequest.
	Find(ctx context.Context, id string) (*Request, error)
}

// Handler serves the verifier's keys and, to customers who are logged in, requests; it
// takes their proofs.
func (v *Verifier) Handler() (http.Handler, error) {
	keys, err := PublishKeys(append([]*zkpass.PublicKey{v.Key.Public()}, v.OtherKeys...)...)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+keySetPath, keys)
	mux.HandleFunc("POST /requests", v.forCustomer(v.sendRequest))
	mux.HandleFunc("POST "+proofsPath, v.forCustomer(v.receiveProof))
	return http.NewCrossOriginProtection().Handler(mux), nil // where the session is a cookie
}

func (v *Verifier) forCustomer(next func(http.ResponseWriter, *http.Request, *Customer)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		customer := v.LoggedIn(r)
		if customer == nil {
			http.Error(w, "log in first", http.StatusUnauthorized)
			return
		}
		next(w, r, customer)
	}
}

// sendRequest answers with a new request for the customer. A holder whose token is
// signed with a certain key of the issuer names it as ?kid=.
func (v *Verifier) sendRequest(w http.ResponseWriter, r *http.Request, c *Customer) {
	request, err := v.newRequest(r.Context(), c, r.URL.Query().Get("kid"), v.Origin+proofsPath)
	if err != nil {
		v.refuse(w, r, err)
		return
	}
	v.Log.InfoContext(r.Context(), "request made", "dvr_id", request.ID)
	sendToken(w, request.Token)
}

// newRequest makes, signs and keeps a request.
func (v *Verifier) newRequest(ctx context.Context, c *Customer, kid, responseURI string) (*Request, error) {
	issuerKey, err := v.issuerKey(ctx, kid)
	if err != nil {
		return nil, fmt.Errorf("finding the issuer's key: %w", err)
	}
	text, err := v.question(c)
	if err != nil {
		return nil, err
	}
	dvr, err := verify.NewDVR("Account holder", text, map[string]zkpass.UserDataRequest{
		"": {VerifyingKey: issuerKey.Option(), Format: v.Format},
	}, v.Key.Public())
	if err != nil {
		return nil, err
	}
	now := v.Now()
	token, err := zkpass.SignDVR(dvr, zkpass.Claims{
		IssuedAt: now, Expires: now.Add(requestLife), Issuer: v.Origin, ResponseURI: responseURI,
	}, v.Key)
	if err != nil {
		return nil, err
	}
	request := Request{ID: dvr.ID, Customer: c.ID, Token: token}
	if err := v.Records.Add(ctx, request); err != nil {
		return nil, fmt.Errorf("keeping request: %w", err)
	}
	return &request, nil
}

// question asks whether an account is this customer's and still good. An encoder writes
// the literals: whoever chose the name O"Hara does not write the query.
func (v *Verifier) question(c *Customer) (string, error) {
	type object map[string]any
	is := func(member, value string) object { return object{"==": []any{object{"dvar": member}, value}} }
	text, err := json.Marshal([]any{object{"output": object{"result": object{"and": []any{
		is("iss", v.Issuer),
		is("firstName", c.FirstName),
		is("lastName", c.LastName),
		is("driverLicenseNumber", c.License),
		object{"<": []any{object{"now": []any{}}, object{"dvar": "exp"}}},
	}}}}})
	return string(text), err
}

// issuerKey returns the key that the issuer publishes under an id or, without one, the
// first that can be proven with.
func (v *Verifier) issuerKey(ctx context.Context, kid string) (*zkpass.PublicKey, error) {
	if kid != "" {
		return v.Keys.ResolveKey(ctx, v.IssuerKeys, kid, "")
	}
	set, err := v.Keys.KeySet(ctx, v.IssuerKeys)
	if err != nil {
		return nil, err
	}
	for _, key := range set.Keys() {
		if key.Algorithm().Provable() {
			return key, nil
		}
	}
	return nil, fmt.Errorf("%w: none in the issuer's key set can be proven with", zkpass.ErrUnknownKey)
}
