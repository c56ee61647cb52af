package integration

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/zkpass-go/zkpass"
)

// Issuer signs what it knows of its users. An OpenID provider that signs with ES256
// needs none of it: its ID tokens are user data as they stand.
type Issuer struct {
	// SigningKeys sign, the first one usually. Another is there for the day after a change:
	// verifiers that have not seen the change ask for it. See zkpass.ReadPrivateKey.
	SigningKeys []*zkpass.PrivateKey
	// OtherKeys are published too: the next one, and old ones.
	OtherKeys []*zkpass.PublicKey

	// LoggedIn returns the user of a request's session, and "" if there is none.
	LoggedIn func(*http.Request) string
	// Lookup returns what the issuer knows of a user.
	Lookup func(ctx context.Context, user string) (*Account, error)
	Log    *slog.Logger
}

// Account is user data: what verifiers can ask about, and no more than that. Its
// members are the issuer's choice.
type Account struct {
	Issuer     string `json:"iss"`
	Expires    int64  `json:"exp"` // Unix seconds; verifiers ask whether it has come
	FirstName  string `json:"firstName"`
	LastName   string `json:"lastName"`
	License    string `json:"driverLicenseNumber"`
	Level      string `json:"level"`
	ShowsLevel bool   `json:"_level_zkpass_public_"` // a proof may show the level, and not only compare it
}

// Sign makes a user data token with one of the keys.
func (s *Issuer) Sign(ctx context.Context, user string, key *zkpass.PrivateKey) (string, error) {
	account, err := s.Lookup(ctx, user)
	if err != nil {
		return "", fmt.Errorf("looking up user: %w", err)
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // strings with escapes make larger proofs
	if err := encoder.Encode(account); err != nil {
		return "", fmt.Errorf("encoding user data: %w", err)
	}
	return zkpass.SignDataToJWSToken(key, bytes.TrimSpace(text.Bytes()))
}

// Handler serves the issuer's keys, and each user's own token to the user.
func (s *Issuer) Handler() (http.Handler, error) {
	var public []*zkpass.PublicKey
	for _, key := range s.SigningKeys {
		public = append(public, key.Public())
	}
	keys, err := PublishKeys(append(public, s.OtherKeys...)...)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+keySetPath, keys)
	mux.HandleFunc("GET /user-data", s.userData)
	return mux, nil
}

func (s *Issuer) userData(w http.ResponseWriter, r *http.Request) {
	user := s.LoggedIn(r)
	if user == "" {
		http.Error(w, "log in first", http.StatusUnauthorized)
		return
	}
	token, err := s.Sign(r.Context(), user, s.SigningKeys[0])
	if err != nil {
		s.Log.ErrorContext(r.Context(), "no user data token", "err", err)
		http.Error(w, "try again later", http.StatusInternalServerError)
		return
	}
	sendToken(w, token)
}

// sendToken answers with a token, which no cache on the way is to keep.
func sendToken(w http.ResponseWriter, token string) {
	w.Header().Set("Content-Type", "application/jwt")
	w.Header().Set("Cache-Control", "no-store")
	io.WriteString(w, token)
}
