package worker

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/jetstream"
	"github.com/zkpass-go/zkpass/service/job"
	"github.com/zkpass-go/zkpass/service/keyring"
	"github.com/zkpass-go/zkpass/verify"
)

// bench is a queue with keys, and what issuer and verifier have.
type bench struct {
	server           *jetstream.Server
	config           job.Config
	queue            *job.Queue
	ring             *keyring.Ring
	issuer, verifier *zkpass.PrivateKey
}

func newBench(t *testing.T) *bench {
	t.Helper()
	dir := t.TempDir()
	server, err := jetstream.Start(filepath.Join(dir, "store"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	conn, err := server.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	b := &bench{server: server, issuer: newKey(t, zkpass.ES256), verifier: newKey(t, zkpass.ES256)}
	b.config = job.Config{Conn: conn, AckWait: time.Second, MaxAttempts: 2}
	if b.queue, err = job.Open(t.Context(), b.config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.queue.Close() })
	if b.ring, err = keyring.Open(filepath.Join(dir, "keys"), keyring.Options{}); err != nil {
		t.Fatal(err)
	}
	return b
}

func newKey(t testing.TB, alg zkpass.Algorithm) *zkpass.PrivateKey {
	t.Helper()
	key, err := zkpass.GenerateKey(alg, "")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// run runs a worker until the test ends, or stop is called.
func (b *bench) run(t *testing.T, c Config) (stop func()) {
	t.Helper()
	c.Jobs, c.Keys = b.queue, b.ring
	w, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := w.Run(ctx); err != nil {
			t.Errorf("the worker stopped with %v", err)
		}
	}()
	stop = func() { cancel(); <-ended }
	t.Cleanup(stop)
	return stop
}

func (b *bench) submit(t *testing.T, userData, dvr string) job.ID {
	t.Helper()
	id, err := b.queue.Submit(t.Context(), job.Submission{
		Owner: "owner", SealTo: b.ring.Published().Encryption, Input: job.Input{UserDataToken: userData, DVRToken: dvr},
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (b *bench) await(t *testing.T, id job.ID) *job.Outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	status, err := b.queue.Wait(ctx, "owner", id, nil)
	if err != nil || status.Outcome == nil {
		t.Fatalf("the job has not ended: %+v, %v", status, err)
	}
	return status.Outcome
}

func (b *bench) encrypt(t *testing.T, text string) string {
	t.Helper()
	token, err := zkpass.EncryptDataToJWEToken(b.ring.Published().Encryption, text)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// token signs user data, dvr makes a request that change may spoil.
func (b *bench) token(t *testing.T, data string) string {
	t.Helper()
	token, err := zkpass.SignDataToJWSToken(b.issuer, []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (b *bench) dvr(t *testing.T, query string, claims zkpass.Claims, change func(*zkpass.DVR)) string {
	t.Helper()
	dvr, err := verify.NewDVR("title", query, map[string]zkpass.UserDataRequest{"": {VerifyingKey: b.issuer.Public().Option()}}, b.verifier.Public())
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(dvr)
	}
	token, err := zkpass.SignDVR(dvr, claims, b.verifier)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

const agesQuery = `{">=":[{"dvar":"age"},18]}`

// Each reason not to prove becomes its own problem, with the place in the query
// and without values.
func TestProblems(t *testing.T) {
	b := newBench(t)
	b.run(t, Config{Resolver: &zkpass.KeyFetcher{AllowedHosts: []string{"127.0.0.1:1"}}})
	const data = `{"age":30,"name":"Quetzalcoatl"}`
	stranger, err := zkpass.SignDataToJWSToken(newKey(t, zkpass.ES256), []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	endpoint := func(jku string) func(*zkpass.DVR) {
		return func(d *zkpass.DVR) {
			d.Requests = map[string]zkpass.UserDataRequest{"": {VerifyingKey: zkpass.KeyOption{KeysetEndpoint: &zkpass.KeysetEndpoint{JKU: jku, KID: "k"}}}}
		}
	}
	good, plain := b.token(t, data), b.dvr(t, agesQuery, zkpass.Claims{}, nil)
	for name, c := range map[string]struct {
		userData, dvr string // in clear
		raw           bool   // userData is the text sent, and not a token
		status        int
		code          zkpass.ProblemCode
		statement     string
		path          string
	}{
		"issuer's signature":    {userData: stranger, dvr: plain, status: 422, code: zkpass.ProblemSignature},
		"request's signature":   {userData: good, dvr: plain[:len(plain)-6] + "AAAAAA", status: 422, code: zkpass.ProblemSignature},
		"expired":               {userData: good, dvr: b.dvr(t, agesQuery, zkpass.Claims{Expires: time.Now().Add(-time.Hour)}, nil), status: 422, code: zkpass.ProblemExpired},
		"no user data":          {userData: "[]", raw: true, dvr: plain, status: 422, code: zkpass.ProblemTokens},
		"no token":              {userData: "Quetzalcoatl", dvr: plain, status: 422, code: zkpass.ProblemTokens},
		"no request":            {userData: good, dvr: "Quetzalcoatl", status: 422, code: zkpass.ProblemTokens},
		"other documents":       {userData: `{"bank":"` + good + `"}`, raw: true, dvr: plain, status: 422, code: zkpass.ProblemDocuments},
		"host not allowed":      {userData: good, dvr: b.dvr(t, agesQuery, zkpass.Claims{}, endpoint("https://127.0.0.2:1/jwks")), status: 422, code: zkpass.ProblemKeys},
		"host does not answer":  {userData: good, dvr: b.dvr(t, agesQuery, zkpass.Claims{}, endpoint("http://127.0.0.1:1/jwks")), status: 422, code: zkpass.ProblemKeys},
		"another version":       {userData: good, dvr: b.dvr(t, agesQuery, zkpass.Claims{}, func(d *zkpass.DVR) { d.QueryMethodVersion = "1" }), status: 422, code: zkpass.ProblemUnsupported},
		"a query that is wrong": {userData: good, dvr: b.dvr(t, agesQuery, zkpass.Claims{}, func(d *zkpass.DVR) { d.Query = `[{"output":{"r":{"==":[1,"Quetzalcoatl"]}}}]` }), status: 422, code: zkpass.ProblemQuery, statement: "statement 1, output r"},
		"a secret in a query":   {userData: good, dvr: b.dvr(t, agesQuery, zkpass.Claims{}, func(d *zkpass.DVR) { d.Query = `[{"output":{"r":{"Jane Quetzalcoatl":[1,2]}}}]` }), status: 422, code: zkpass.ProblemQuery, statement: "statement 1, output r"},
		"a missing member":      {userData: good, dvr: b.dvr(t, `{">=":[{"dvar":"years"},18]}`, zkpass.Claims{}, nil), status: 422, code: zkpass.ProblemEvaluation, statement: "the expression, >= 1", path: "years"},
		"an undisclosed member": {userData: good, dvr: b.dvr(t, `[{"output":{"n":{"dvar":"name"}}}]`, zkpass.Claims{}, nil), status: 422, code: zkpass.ProblemUndisclosed, statement: "statement 1, output n", path: "name"},
		"a huge document":       {userData: good + strings.Repeat("A", 60_000), dvr: plain, status: 422, code: zkpass.ProblemTokens},
	} {
		t.Run(name, func(t *testing.T) {
			userData := c.userData
			if !c.raw {
				var err error
				if userData, err = zkpass.MarshalUserData(map[string]string{"": c.userData}); err != nil {
					t.Fatal(err)
				}
			}
			p := b.await(t, b.submit(t, b.encrypt(t, userData), b.encrypt(t, c.dvr))).Problem
			if p == nil {
				t.Fatal("there is a proof")
			}
			if p.Status != c.status || p.Code != c.code || p.Statement != c.statement || p.Path != c.path {
				t.Errorf("got %+v, want %d %s at %q, path %q", p, c.status, c.code, c.statement, c.path)
			}
			if p.Detail == "" || strings.Contains(p.Detail, "Quetzalcoatl") {
				t.Errorf("detail %q: want a text without values", p.Detail)
			}
		})
	}
}

// All that can be wrong with the encryption is told in one way.
func TestLine26OneDecryptionProblem(t *testing.T) {
	b := newBench(t)
	b.run(t, Config{})
	plain := b.encrypt(t, `{"":"x"}`)
	parts := strings.Split(plain, ".")
	alter := func(part int, text string) string {
		changed := append([]string(nil), parts...)
		changed[part] = text
		return strings.Join(changed, ".")
	}
	other, err := zkpass.EncryptDataToJWEToken(newKey(t, zkpass.ECDHES).Public(), "x")
	if err != nil {
		t.Fatal(err)
	}
	var first *zkpass.Problem
	for name, token := range map[string]string{
		"ciphertext": alter(3, "AAAA"), "tag": alter(4, strings.Repeat("A", 22)), "iv": alter(2, strings.Repeat("A", 16)),
		"no JWE": "x", "header": alter(0, parts[0][:len(parts[0])-2]), "empty": "", "key": other,
	} {
		for _, input := range [][2]string{{token, plain}, {plain, token}} {
			p := b.await(t, b.submit(t, input[0], input[1])).Problem
			if p == nil || p.Status != 400 || p.Code != zkpass.ProblemDecryption {
				t.Fatalf("%s: got %+v", name, p)
			}
			if first == nil {
				first = p
			}
			if *p != *first {
				t.Errorf("%s: %+v tells more than %+v", name, p, first)
			}
		}
	}
}

func TestProof(t *testing.T) {
	b := newBench(t)
	b.run(t, Config{})
	dvr := b.dvr(t, agesQuery, zkpass.Claims{}, nil)
	userData, err := zkpass.MarshalUserData(map[string]string{"": b.token(t, `{"age":30}`)})
	if err != nil {
		t.Fatal(err)
	}
	outcome := b.await(t, b.submit(t, b.encrypt(t, userData), b.encrypt(t, dvr)))
	got, err := verify.Verify(t.Context(), []byte(outcome.Token), dvr, verify.Options{ServiceKeys: b.ring.Published().Keys})
	if err != nil || string(got.Outputs) != `{"result":true}` {
		t.Errorf("got %v, %v; problem %v", got, err, outcome.Problem)
	}
}

// A job that workers were lost with, again and again, is not tried once more.
func TestExhausted(t *testing.T) {
	b := newBench(t)
	userData, err := zkpass.MarshalUserData(map[string]string{"": b.token(t, `{"age":30}`)})
	if err != nil {
		t.Fatal(err)
	}
	id := b.submit(t, b.encrypt(t, userData), b.encrypt(t, b.dvr(t, agesQuery, zkpass.Claims{}, nil)))
	for range 2 {
		// A queue that is closed is a worker that died: it says no more.
		lost, err := job.Open(t.Context(), b.config)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := lost.Take(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		lost.Close()
	}
	b.run(t, Config{})
	if p := b.await(t, id).Problem; p == nil || p.Code != zkpass.ProblemNotProven {
		t.Errorf("got %+v", p)
	}
}

// A worker that is stopped without time for its job hands it back, and another
// one ends it.
func TestStopHandsBack(t *testing.T) {
	b := newBench(t)
	taken := make(chan struct{})
	blocked := resolver(func(ctx context.Context) error {
		close(taken)
		<-ctx.Done()
		return ctx.Err()
	})
	stop := b.run(t, Config{Resolver: blocked, Grace: time.Nanosecond, Parallel: 1})
	dvr := b.dvr(t, agesQuery, zkpass.Claims{}, func(d *zkpass.DVR) {
		d.Requests = map[string]zkpass.UserDataRequest{"": {VerifyingKey: zkpass.KeyOption{KeysetEndpoint: &zkpass.KeysetEndpoint{JKU: "https://op.example/jwks", KID: "k"}}}}
	})
	userData, err := zkpass.MarshalUserData(map[string]string{"": b.token(t, `{"age":30}`)})
	if err != nil {
		t.Fatal(err)
	}
	id := b.submit(t, b.encrypt(t, userData), b.encrypt(t, dvr))
	<-taken
	stop()
	if status, err := b.queue.Status(t.Context(), "owner", id); err != nil || status.State.Ended() {
		t.Fatalf("got %+v, %v; want the job back in the queue", status, err)
	}
	b.run(t, Config{Resolver: resolver(func(context.Context) error { return zkpass.ErrFetch })})
	if p := b.await(t, id).Problem; p == nil || p.Code != zkpass.ProblemKeys {
		t.Errorf("got %+v", p)
	}
}

// A job that is cancelled stops the work on it, and so does one whose keys, or whose
// proof, take too long.
func TestCancelAndDeadline(t *testing.T) {
	b := newBench(t)
	started := make(chan context.Context, 1)
	blocked := resolver(func(ctx context.Context) error {
		started <- ctx
		<-ctx.Done()
		return ctx.Err()
	})
	b.run(t, Config{Resolver: blocked, Parallel: 1, Deadline: 3 * time.Second})
	dvr := b.dvr(t, agesQuery, zkpass.Claims{}, func(d *zkpass.DVR) {
		d.Requests = map[string]zkpass.UserDataRequest{"": {VerifyingKey: zkpass.KeyOption{KeysetEndpoint: &zkpass.KeysetEndpoint{JKU: "https://op.example/jwks", KID: "k"}}}}
	})
	userData, err := zkpass.MarshalUserData(map[string]string{"": b.token(t, `{"age":30}`)})
	if err != nil {
		t.Fatal(err)
	}
	cancelled := b.submit(t, b.encrypt(t, userData), b.encrypt(t, dvr))
	ctx := <-started
	if err := b.queue.Delete(t.Context(), "owner", cancelled); err != nil {
		t.Fatal(err)
	}
	<-ctx.Done()
	slow := b.submit(t, b.encrypt(t, userData), b.encrypt(t, dvr))
	<-started
	if p := b.await(t, slow).Problem; p == nil || p.Code != zkpass.ProblemKeys {
		t.Errorf("got %+v", p)
	}
	late := newBench(t)
	late.run(t, Config{Parallel: 1, Deadline: 100 * time.Millisecond, Now: func() time.Time { time.Sleep(200 * time.Millisecond); return time.Now() }})
	if p := late.await(t, late.good(t)).Problem; p == nil || p.Code != zkpass.ProblemDeadline {
		t.Errorf("got %+v", p)
	}
	if _, err := b.queue.Status(t.Context(), "owner", cancelled); !errors.Is(err, job.ErrUnknown) {
		t.Errorf("the cancelled job: %v", err)
	}
}

// A defect in what proves costs the job and not the process.
func TestPanic(t *testing.T) {
	b := newBench(t)
	b.run(t, Config{Now: func() time.Time { panic("Quetzalcoatl") }})
	userData, err := zkpass.MarshalUserData(map[string]string{"": b.token(t, `{"age":30}`)})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		outcome := b.await(t, b.submit(t, b.encrypt(t, userData), b.encrypt(t, b.dvr(t, agesQuery, zkpass.Claims{}, nil))))
		if p := outcome.Problem; p == nil || p.Code != zkpass.ProblemInternal || strings.Contains(p.Detail, "Quetzalcoatl") {
			t.Errorf("got %+v", p)
		}
	}
}

// resolver resolves nothing.
type resolver func(context.Context) error

func (r resolver) ResolveKey(ctx context.Context, _, _ string, _ zkpass.Algorithm) (*zkpass.PublicKey, error) {
	return nil, r(ctx)
}
