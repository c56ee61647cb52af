package integration

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/zkpass-go/zkpass"
)

// keySetPath is where each party publishes its keys.
const keySetPath = "/.well-known/jwks.json"

// PublishKeys serves public keys as a JWKS. The key in use comes first. Behind it stand
// the next one, a day before its use, and old ones for as long as anything signed with
// them is good.
func PublishKeys(keys ...*zkpass.PublicKey) (http.Handler, error) {
	set, err := zkpass.NewKeySet(keys...)
	if err != nil {
		return nil, fmt.Errorf("making key set: %w", err)
	}
	text, err := json.Marshal(set)
	if err != nil {
		return nil, fmt.Errorf("making key set: %w", err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/jwk-set+json")
		w.Header().Set("Cache-Control", "max-age=3600")
		w.Write(text)
	}), nil
}
