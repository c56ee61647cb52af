package calls

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/zkpass-go/zkpass"
)

// keySets resolves endpoints with key sets that the host has or fetches. Which URLs
// it fetches is the host's policy.
type keySets struct {
	host Host
	sets map[string]*zkpass.KeySet // of this call
}

// resolver returns nil, which allows nothing, if the host has no key sets.
func resolver(host Host, given bool) zkpass.KeyResolver {
	if !given {
		return nil
	}
	return &keySets{host, map[string]*zkpass.KeySet{}}
}

// ResolveKey implements [zkpass.KeyResolver]. A key that is not there is looked for
// once more in a fresh set; how often there is one the host decides.
func (k *keySets) ResolveKey(ctx context.Context, jku, kid string, alg zkpass.Algorithm) (*zkpass.PublicKey, error) {
	set := k.sets[jku]
	if set == nil {
		var err error
		if set, err = k.fetch(ctx, jku, false); err != nil {
			return nil, err
		}
	}
	key, err := set.Key(kid, alg)
	if !errors.Is(err, zkpass.ErrUnknownKey) {
		return key, err
	}
	newer, fetchErr := k.fetch(ctx, jku, true)
	if fetchErr != nil {
		return nil, fetchErr
	}
	return newer.Key(kid, alg)
}

func (k *keySets) fetch(ctx context.Context, jku string, fresh bool) (*zkpass.KeySet, error) {
	text, err := k.host.Ask(ctx, "keySet", struct {
		URL   string `json:"url"`
		Fresh bool   `json:"fresh"`
	}{jku, fresh})
	if err != nil {
		var p *zkpass.Problem
		if errors.As(err, &p) && p.Code == zkpass.ProblemKeys {
			return nil, fmt.Errorf("%w: %s", zkpass.ErrNotAllowed, p.Detail)
		}
		return nil, fmt.Errorf("%w: %w", zkpass.ErrFetch, plain(err))
	}
	set, err := zkpass.ParseKeySet(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", zkpass.ErrFetch, err)
	}
	k.sets[jku] = set
	return set, nil
}

// plain keeps the text of a problem and drops its code, which is not that of the call.
func plain(err error) error {
	var p *zkpass.Problem
	if errors.As(err, &p) {
		return errors.New(p.Detail)
	}
	return err
}

// publicKey reads a JWK; none is nil.
func publicKey(name string, text json.RawMessage) (*zkpass.PublicKey, error) {
	if len(text) == 0 || string(text) == "null" {
		return nil, nil
	}
	key, err := zkpass.ParsePublicKey(text)
	if err != nil {
		return nil, fmt.Errorf("argument %s: %w", name, err)
	}
	return key, nil
}

// keySet reads a JWKS; none is nil.
func keySet(name string, text json.RawMessage) (*zkpass.KeySet, error) {
	if len(text) == 0 || string(text) == "null" {
		return nil, nil
	}
	set, err := zkpass.ParseKeySet(text)
	if err != nil {
		return nil, fmt.Errorf("argument %s: %w", name, err)
	}
	return set, nil
}
