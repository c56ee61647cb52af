package verifier

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/natstest"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/service/keyring"
	"github.com/zkpass-go/zkpass/verify"
)

const (
	jane  = `{"firstName":"Jane","age":4721,"_age_zkpass_public_":true}`
	adult = `[{"output":{"result":{">=":[{"dvar":"age"},18]}}},{"output":{"age":{"dvar":"age"}}}]`
)

// startStore starts a server with its files in a directory.
func startStore(t *testing.T, dir string) (js jetstream.JetStream, stop func()) {
	t.Helper()
	conn, stop := natstest.Start(t, dir)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return js, stop
}

// resolver is a resolver whose answers a test chooses.
type resolver struct {
	key *zkpass.PublicKey
	err error
}

func (r *resolver) ResolveKey(context.Context, string, string, zkpass.Algorithm) (*zkpass.PublicKey, error) {
	return r.key, r.err
}

// fixture is a verifier, an issuer and a clock.
type fixture struct {
	*Verifier
	js       jetstream.JetStream
	stop     func()
	issuer   *zkpass.PrivateKey
	resolver *resolver
	keys     *keyring.Ring
	now      atomic.Int64
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{resolver: &resolver{err: zkpass.ErrNotAllowed}}
	f.now.Store(time.Now().Unix())
	f.js, f.stop = startStore(t, t.TempDir())
	var err error
	if f.issuer, err = zkpass.GenerateKey(zkpass.ES256, ""); err != nil {
		t.Fatal(err)
	}
	if f.keys, err = keyring.Open(t.TempDir()+"/keys", keyring.Options{}); err != nil {
		t.Fatal(err)
	}
	f.Verifier = f.another(t)
	return f
}

// another is a second process of the same verifier.
func (f *fixture) another(t *testing.T) *Verifier {
	t.Helper()
	store, err := OpenStore(t.Context(), f.js, 1, Space{})
	if err != nil {
		t.Fatal(err)
	}
	v, err := New(Config{
		Keys: f.keys, Store: store, Resolver: f.resolver, AllowLocal: true,
		Now: func() time.Time { return time.Unix(f.now.Load(), 0) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (f *fixture) issuers(t *testing.T) map[string]Issuer {
	t.Helper()
	set, err := zkpass.NewKeySet(f.issuer.Public())
	if err != nil {
		t.Fatal(err)
	}
	return map[string]Issuer{"": {KeySet: set}}
}

func (f *fixture) ask(t *testing.T) *Request {
	t.Helper()
	r, err := f.Ask(t.Context(), Question{Title: "Adult", Query: adult, Issuers: f.issuers(t), ResponseURI: "https://shop.example/proofs"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// answer proves a request over Jane's data.
func (f *fixture) answer(t *testing.T, r *Request) string {
	t.Helper()
	token, err := zkpass.SignDataToJWSToken(f.issuer, []byte(jane))
	if err != nil {
		t.Fatal(err)
	}
	result, err := local.Prove(t.Context(), r.Token, map[string]string{"": token}, local.Options{Now: func() time.Time { return time.Unix(f.now.Load(), 0) }})
	if err != nil {
		t.Fatal(err)
	}
	proof, err := zkpass.MarshalLocalProof(result.Proof)
	if err != nil {
		t.Fatal(err)
	}
	return string(proof)
}

func TestExchange(t *testing.T) {
	f := newFixture(t)
	r := f.ask(t)
	request, err := zkpass.ParseDVRToken(r.Token)
	if err != nil {
		t.Fatal(err)
	}
	if c := request.Claims; c.Issuer != "https://shop.example" || c.ResponseURI != "https://shop.example/proofs" || c.Expires.Sub(c.IssuedAt) != verify.DefaultLife || !c.Expires.Equal(r.Expires) {
		t.Errorf("claims: %+v", c)
	}
	proof := f.answer(t, r)
	const output = `{"result":true,"age":4721}`
	for _, peek := range []bool{true, true, false} {
		a, err := f.Check(t.Context(), Submission{Proof: proof, ID: r.ID, Peek: peek})
		if err != nil {
			t.Fatal(err)
		}
		if a.Output != output || string(a.Outputs) != output || a.ID != r.ID || a.Evaluated.Unix() != f.now.Load() || a.Documents[""].Algorithm != zkpass.ES256 {
			t.Errorf("%+v", a)
		}
	}
	for _, s := range []Submission{{Proof: proof, ID: r.ID}, {Proof: proof, Token: r.Token}} {
		if _, err := f.Check(t.Context(), s); !errors.Is(err, verify.ErrReplayed) {
			t.Errorf("a second time: %v", err)
		}
	}
	// By the token alone, of a request that the store has lost.
	other := f.ask(t)
	if _, err := f.Check(t.Context(), Submission{Proof: f.answer(t, other), Token: other.Token}); err != nil {
		t.Error(err)
	}
}

func TestRefusals(t *testing.T) {
	f := newFixture(t)
	r := f.ask(t)
	proof := f.answer(t, r)
	stranger := newFixture(t)
	foreign := stranger.ask(t)
	check := func(what string, s Submission, want error) {
		t.Helper()
		if _, err := f.Check(t.Context(), s); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
	check("unknown id", Submission{Proof: proof, ID: "x"}, ErrUnknownRequest)
	check("request of another verifier", Submission{Proof: stranger.answer(t, foreign), Token: foreign.Token}, verify.ErrDVRKey)
	check("proof for another request", Submission{Proof: proof, ID: f.ask(t).ID}, verify.ErrRequest)
	check("no proof", Submission{Proof: "{}", ID: r.ID}, zkpass.ErrMalformed)
	f.now.Add(int64((verify.DefaultLife + 2*time.Minute) / time.Second))
	check("late", Submission{Proof: proof, ID: r.ID}, verify.ErrExpired)
	f.now.Add(-int64((verify.DefaultLife + 2*time.Minute) / time.Second))
	if _, err := f.Check(t.Context(), Submission{Proof: proof, ID: r.ID}); err != nil {
		t.Errorf("a refusal has used the request up: %v", err)
	}
}

func TestQuestionsThatCannotBeAsked(t *testing.T) {
	f := newFixture(t)
	secret, err := zkpass.GenerateKey(zkpass.ECDHES, "")
	if err != nil {
		t.Fatal(err)
	}
	encryption, err := zkpass.NewKeySet(secret.Public())
	if err != nil {
		t.Fatal(err)
	}
	ask := func(change func(*Question)) error {
		q := Question{Title: "Adult", Query: adult, Issuers: f.issuers(t)}
		change(&q)
		_, err := f.Ask(t.Context(), q)
		return err
	}
	for name, test := range map[string]struct {
		change func(*Question)
		want   error
	}{
		"query":                  {func(q *Question) { q.Query = "[" }, ErrRequest},
		"life":                   {func(q *Question) { q.Life = 25 * time.Hour }, ErrRequest},
		"response uri":           {func(q *Question) { q.ResponseURI = "shop" }, ErrRequest},
		"no issuer":              {func(q *Question) { q.Issuers = nil }, ErrRequest},
		"two sources":            {func(q *Question) { q.Issuers = map[string]Issuer{"": {}} }, ErrRequest},
		"key that does not sign": {func(q *Question) { q.Issuers = map[string]Issuer{"": {KeySet: encryption}} }, ErrRequest},
		"host not allowed":       {func(q *Question) { q.Issuers = map[string]Issuer{"": {KeySetURL: "https://op.example/jwks"}} }, ErrRequest},
	} {
		if err := ask(test.change); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	byURL := func(q *Question) { q.Issuers = map[string]Issuer{"": {KeySetURL: "https://op.example/jwks"}} }
	f.resolver.err = fmt.Errorf("%w: no answer", zkpass.ErrFetch)
	if err := ask(byURL); !errors.Is(err, ErrCannotTell) {
		t.Errorf("key set that cannot be reached: %v", err)
	}
	f.resolver.key, f.resolver.err = f.issuer.Public(), nil
	if err := ask(byURL); err != nil {
		t.Error(err)
	}
}

// TestFreshLogin: only a token with the request's nonce answers it.
func TestFreshLogin(t *testing.T) {
	f := newFixture(t)
	issuers := f.issuers(t)
	jwt := issuers[""]
	jwt.Format = zkpass.FormatJWT
	login := ""
	ask := func(tag string, issuer Issuer) (*Request, error) {
		return f.Ask(t.Context(), Question{Title: "Adult", Query: `{">=":[{"dvar":"` + tag + `age"},18]}`, Issuers: map[string]Issuer{strings.TrimSuffix(tag, "."): issuer}, Login: &login})
	}
	r, err := ask("", jwt)
	if err != nil {
		t.Fatal(err)
	}
	request, err := zkpass.ParseDVRToken(r.Token)
	if err != nil {
		t.Fatal(err)
	}
	if r.LoginNonce == "" || request.Claims.LoginNonce != r.LoginNonce || !strings.Contains(request.DVR.Query, r.LoginNonce) {
		t.Errorf("%+v", r)
	}
	if _, err := ask("op.", jwt); err != nil {
		t.Errorf("true, and the only document has a tag: %v", err)
	}
	if _, err := ask("", issuers[""]); !errors.Is(err, ErrRequest) {
		t.Errorf("of another format: %v", err)
	}
	login = "x"
	if _, err := ask("", jwt); !errors.Is(err, ErrRequest) {
		t.Errorf("of no document: %v", err)
	}
}

// TestCannotTell: what cannot be reached uses nothing up.
func TestCannotTell(t *testing.T) {
	f := newFixture(t)
	f.resolver.key, f.resolver.err = f.issuer.Public(), nil
	r, err := f.Ask(t.Context(), Question{Title: "Adult", Query: adult, Issuers: map[string]Issuer{"": {KeySetURL: "https://op.example/jwks"}}})
	if err != nil {
		t.Fatal(err)
	}
	issuer := f.issuer.Public()
	token, err := zkpass.SignDataToJWSToken(f.issuer, []byte(jane))
	if err != nil {
		t.Fatal(err)
	}
	result, err := local.Prove(t.Context(), r.Token, map[string]string{"": token}, local.Options{Resolver: &resolver{key: issuer}})
	if err != nil {
		t.Fatal(err)
	}
	proof, err := zkpass.MarshalLocalProof(result.Proof)
	if err != nil {
		t.Fatal(err)
	}
	s := Submission{Proof: string(proof), ID: r.ID}
	f.resolver.err = fmt.Errorf("%w: no answer", zkpass.ErrFetch)
	if _, err := f.Check(t.Context(), s); !errors.Is(err, ErrCannotTell) {
		t.Errorf("key set that cannot be reached: %v", err)
	}
	f.resolver.err = nil
	if _, err := f.Check(t.Context(), s); err != nil {
		t.Error(err)
	}
	f.stop()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := f.Check(ctx, s); !errors.Is(err, ErrCannotTell) {
		t.Errorf("store that is gone: %v", err)
	}
	if err := f.Ready(ctx); err == nil {
		t.Error("ready without a store")
	}
}

// TestLine18OnceForAll: of many clients at two processes one has the answer.
func TestLine18OnceForAll(t *testing.T) {
	f := newFixture(t)
	second := f.another(t)
	r := f.ask(t)
	proof := f.answer(t, r)
	var accepted, replayed, unknown atomic.Int32
	var wg sync.WaitGroup
	for i := range 40 {
		v := f.Verifier
		if i%2 == 1 {
			v = second
		}
		wg.Go(func() {
			s := Submission{Proof: proof, ID: r.ID}
			if i%4 < 2 { // with an idempotency key of its own
				s.Once = NewIdempotency("caller", fmt.Sprint(i), []byte(proof))
			}
			switch _, err := v.Check(context.Background(), s); {
			case err == nil:
				accepted.Add(1)
			case errors.Is(err, verify.ErrReplayed):
				replayed.Add(1)
			case errors.Is(err, ErrCannotTell): // a store that is too slow for so many at once
				unknown.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if a, r, u := accepted.Load(), replayed.Load(), unknown.Load(); a > 1 || u == 0 && a != 1 || a+r+u != 40 {
		t.Errorf("%d accepted, %d refused, %d told nothing", a, r, u)
	}
	if _, err := second.Check(t.Context(), Submission{Proof: proof, ID: r.ID}); !errors.Is(err, verify.ErrReplayed) {
		t.Errorf("afterwards: %v", err)
	}
}

func TestIdempotency(t *testing.T) {
	f := newFixture(t)
	r := f.ask(t)
	proof := f.answer(t, r)
	call := func(caller, key, body string) Submission {
		return Submission{Proof: proof, ID: r.ID, Once: NewIdempotency(caller, key, []byte(body))}
	}
	first, err := f.Check(t.Context(), call("a", "k", "body"))
	if err != nil {
		t.Fatal(err)
	}
	// Again, at the end of the ttl, at another process: the same answer.
	f.now.Add(int64(verify.DefaultTTL/time.Second) + 30)
	again, err := f.another(t).Check(t.Context(), call("a", "k", "body"))
	if err != nil || again.Output != first.Output || !again.Evaluated.Equal(first.Evaluated) {
		t.Errorf("%+v, %v", again, err)
	}
	f.now.Add(-int64(verify.DefaultTTL/time.Second) - 30)
	for _, test := range []struct {
		s    Submission
		want error
	}{
		{call("a", "k", "other"), ErrConflict},
		{call("a", "l", "body"), verify.ErrReplayed},
		{call("b", "k", "body"), verify.ErrReplayed},
		{call("ab", "", "body"), verify.ErrReplayed},
	} {
		if _, err := f.Check(t.Context(), test.s); !errors.Is(err, test.want) {
			t.Errorf("%v, want %v", err, test.want)
		}
	}
}

// TestKeysThatRotate: a request outlives the key that signed it.
func TestKeysThatRotate(t *testing.T) {
	f := newFixture(t)
	r := f.ask(t)
	if err := f.keys.Rotate(false); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Check(t.Context(), Submission{Proof: f.answer(t, r), ID: r.ID}); err != nil {
		t.Error(err)
	}
	set, err := f.KeySet()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range set.Keys() {
		if key.Algorithm() != zkpass.ES256 {
			t.Errorf("a key for %s is published", key.Algorithm())
		}
	}
	if len(set.Keys()) < 2 {
		t.Errorf("%d keys are published after a rotation", len(set.Keys()))
	}
}

func TestBucketsThatForget(t *testing.T) {
	js, _ := startStore(t, t.TempDir())
	if _, err := js.CreateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: answeredBucket, TTL: time.Hour}); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenStore(t.Context(), js, 1, Space{}); !errors.Is(err, errBucket) {
		t.Errorf("%v", err)
	}
}
