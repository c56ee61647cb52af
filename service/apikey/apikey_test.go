package apikey

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// stores are the implementations, each opened twice over one place.
var stores = map[string]func(*testing.T) (Store, Store){
	"dir":    twoDirs,
	"bucket": twoBuckets,
}

func forEachStore(t *testing.T, f func(t *testing.T, a, b Store)) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			a, b := open(t)
			f(t, a, b)
		})
	}
}

func create(t *testing.T, store Store, options Options) (*Key, string) {
	t.Helper()
	key, secret, err := Create(t.Context(), store, options)
	if err != nil {
		t.Fatal(err)
	}
	return key, secret
}

func TestLifeOfAKey(t *testing.T) {
	forEachStore(t, func(t *testing.T, a, b Store) {
		expires := time.Now().Add(time.Hour)
		options := Options{Name: "the app", Scopes: []string{ScopeProve, ScopeMetrics, ScopeProve}, Expires: expires, Rate: 2.5, Burst: 7}
		key, secret := create(t, a, options)
		got, err := Authenticate(t.Context(), b, key.Key, secret, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(key, got); diff != "" {
			t.Errorf("the key made (-) is not the key found (+):\n%s", diff)
		}
		if !got.Allows(ScopeProve) || !got.Allows(ScopeMetrics) || len(got.Scopes) != 2 || got.Name != "the app" || got.Rate != 2.5 || got.Burst != 7 {
			t.Errorf("got %+v", got)
		}
		if !got.Expires.Equal(expires.Truncate(time.Second)) {
			t.Errorf("expires %s, want %s", got.Expires, expires)
		}
		other, _ := create(t, b, Options{})
		if !other.Allows(ScopeProve) || other.Allows(ScopeMetrics) {
			t.Errorf("scopes of a key made without are %v", other.Scopes)
		}
		listed, err := a.List(t.Context())
		if err != nil || len(listed) != 2 {
			t.Fatalf("listed %d keys, %v", len(listed), err)
		}

		if err := b.Revoke(t.Context(), key.Key); err != nil {
			t.Fatal(err)
		}
		if _, err := Authenticate(t.Context(), b, key.Key, secret, time.Now()); err != ErrWrong {
			t.Errorf("after the revocation here: %v", err)
		}
		if err := a.Revoke(t.Context(), key.Key); !errors.Is(err, ErrUnknown) {
			t.Errorf("revoking twice: %v", err)
		}
		listed, err = a.List(t.Context())
		if err != nil || len(listed) != 1 || listed[0].Key != other.Key {
			t.Errorf("listed %v, %v", listed, err)
		}
	})
}

func TestWrong(t *testing.T) {
	forEachStore(t, func(t *testing.T, a, _ Store) {
		key, secret := create(t, a, Options{Expires: time.Now().Add(time.Hour)})
		other, otherSecret := create(t, a, Options{})
		for name, c := range map[string]struct {
			key, secret string
			now         time.Time
		}{
			"nothing":               {"", "", time.Now()},
			"no secret":             {key.Key, "", time.Now()},
			"another secret":        {key.Key, otherSecret, time.Now()},
			"a prefix":              {key.Key, secret[:len(secret)-1], time.Now()},
			"more":                  {key.Key, secret + "A", time.Now()},
			"another key":           {other.Key, secret, time.Now()},
			"unknown key":           {"zkp_aaaaaaaaaaaaaaaa", secret, time.Now()},
			"no key by form":        {"zkp_aaaaaaaaaaaaaaa/", secret, time.Now()},
			"a subject wildcard":    {">", secret, time.Now()},
			"upper case":            {strings.ToUpper(key.Key), secret, time.Now()},
			"on the second":         {key.Key, secret, key.Expires},
			"expired":               {key.Key, secret, key.Expires.Add(time.Nanosecond)},
			"the hash's colon move": {key.Key + ":" + secret, "", time.Now()},
		} {
			if got, err := Authenticate(t.Context(), a, c.key, c.secret, c.now); err != ErrWrong || got != nil {
				t.Errorf("%s: got %v, %v", name, got, err)
			}
		}
		if _, err := Authenticate(t.Context(), a, key.Key, secret, key.Expires.Add(-time.Nanosecond)); err != nil {
			t.Errorf("just before it expires: %v", err)
		}
	})
}

func TestSecretsAreRandomAndNotKept(t *testing.T) {
	forEachStore(t, func(t *testing.T, a, _ Store) {
		seen := make(map[string]bool)
		for range 20 {
			key, secret := create(t, a, Options{})
			if !validKey(key.Key) {
				t.Errorf("key %q has not the form of a key", key.Key)
			}
			if strings.Contains(key.Key+secret, ":") {
				t.Error("a colon")
			}
			if random := strings.TrimPrefix(secret, secretPrefix); len(random)*6 < 128 {
				t.Errorf("a secret of %d bits", len(random)*6)
			}
			if seen[key.Key] || seen[secret] {
				t.Error("made twice")
			}
			seen[key.Key], seen[secret] = true, true
			record, err := a.Lookup(t.Context(), key.Key)
			if err != nil {
				t.Fatal(err)
			}
			if text := fmt.Sprintf("%+v %s", record, record.Hash); strings.Contains(text, secret) {
				t.Error("the record holds the secret")
			}
		}
	})
}

func TestCreateExists(t *testing.T) {
	forEachStore(t, func(t *testing.T, a, b Store) {
		key, secret := create(t, a, Options{})
		record := Record{Key: *key, Hash: make([]byte, 32)}
		if err := b.Create(t.Context(), record); !errors.Is(err, ErrExists) {
			t.Errorf("got %v", err)
		}
		if _, err := Authenticate(t.Context(), a, key.Key, secret, time.Now()); err != nil {
			t.Errorf("the first one: %v", err)
		}
	})
}

func TestCreateRefuses(t *testing.T) {
	store, _ := twoDirs(t)
	for name, options := range map[string]Options{
		"a scope that there is not": {Scopes: []string{"admin"}},
		"an empty scope":            {Scopes: []string{""}},
		"a long name":               {Name: strings.Repeat("n", MaxName+1)},
		"a line end in the name":    {Name: "a\nb"},
		"a name not in UTF-8":       {Name: "\xff"},
		"a past time":               {Expires: time.Now().Add(-time.Second)},
		"a time too far":            {Expires: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
		"a negative rate":           {Rate: -1},
		"a negative burst":          {Burst: -1},
	} {
		if _, _, err := Create(t.Context(), store, options); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if keys, err := store.List(t.Context()); err != nil || len(keys) != 0 {
		t.Errorf("listed %v, %v", keys, err)
	}
}

// A store that cannot tell lets nobody in, and does not say that the key is wrong.
func TestStoreFails(t *testing.T) {
	_, err := Authenticate(t.Context(), failing{}, "zkp_aaaaaaaaaaaaaaaa", "s", time.Now())
	if err == nil || errors.Is(err, ErrWrong) || !errors.Is(err, errStore) {
		t.Errorf("got %v", err)
	}
}

// What cannot be a key never gets to a store, which makes names and subjects of it.
func TestOnlyKeysAreLookedUp(t *testing.T) {
	for _, key := range []string{"", "*", ">", "a.b", "../x", "zkp_", "zkp_aaaaaaaaaaaaaaa", "zkp_aaaaaaaaaaaaaaaaa", "zkp_aaaaaaaaaaaaaaa1", "zkp_aaaaaaaaaaaaaaA2"} {
		if _, err := Authenticate(t.Context(), failing{}, key, "s", time.Now()); err != ErrWrong {
			t.Errorf("%q: %v", key, err)
		}
	}
}

var errStore = errors.New("store is down")

type failing struct{ Store }

func (failing) Lookup(context.Context, string) (Record, error) { return Record{}, errStore }
