package keyring

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/marks"
	"github.com/zkpass-go/zkpass/service/jetstream"
)

// store starts a NATS server in a directory of its own.
func store(t *testing.T) (*nats.Conn, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "jetstream")
	server, err := jetstream.Start(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := server.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		conn.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return conn, dir
}

// eventually waits for what another goroutine does.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestPublishAndWatch(t *testing.T) {
	conn, dir := store(t)
	bucket := Bucket{Conn: conn}
	early := Watch(t.Context(), bucket)
	if p := early.Published(); p.Ready() || p.Accepts("") || p.JWKS != nil {
		t.Errorf("before anything was published: %+v", p)
	}
	ring, c := newRing(t)
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	go func() { publishEvery(ctx, bucket, ring, 10*time.Millisecond); close(stopped) }()
	same := func(r *Remote) func() bool {
		return func() bool {
			a, b := r.Published(), ring.Published()
			return a.Ready() && bytes.Equal(a.JWKS, b.JWKS) && a.ETag == b.ETag && a.MaxAge == b.MaxAge &&
				a.Encryption.ID() == b.Encryption.ID() && strings.Join(a.Accepted, " ") == strings.Join(b.Accepted, " ")
		}
	}
	eventually(t, "the keys", same(early))
	c.add(90 * day)
	tick(t, ring, empty)
	eventually(t, "the next keys", same(early))
	c.add(day)
	eventually(t, "the change", same(early))
	if err := ring.Rotate(true); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the keys after a leak", same(early))
	eventually(t, "the keys at a front end that starts late", same(Watch(t.Context(), bucket)))
	stop()
	<-stopped
	if !early.Published().Ready() {
		t.Error("without workers, the keys are forgotten")
	}
	noSecrets(t, dir, ring)
}

// noSecrets looks through the files of the store for the private keys of a ring.
func noSecrets(t *testing.T, dir string, ring *Ring) {
	t.Helper()
	secrets := map[string]string{}
	for _, e := range ring.entries {
		text, err := e.key.JWK()
		if err != nil {
			t.Fatal(err)
		}
		var jwk struct {
			D string `json:"d"`
		}
		if err := json.Unmarshal(text, &jwk); err != nil || len(jwk.D) < 40 {
			t.Fatalf("key without a secret: %v", err)
		}
		secrets[e.path] = jwk.D
	}
	seeker, planted := marks.NewSeeker(secrets), marks.NewSeeker(secrets)
	public := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		seeker.Look(path, text)
		public += bytes.Count(text, []byte(ring.Published().Encryption.ID()))
		return err
	})
	if err != nil || public == 0 {
		t.Errorf("the store lacks the public key, so this looks in the wrong place: %v", err)
	}
	for name := range seeker.Found() {
		t.Errorf("the store has the private key of %s", name)
	}
	text, err := os.ReadFile(ring.entries[0].path)
	if err != nil {
		t.Fatal(err)
	}
	planted.Look("key file", text)
	if len(planted.Found()) != 1 {
		t.Error("a private key would not have been found")
	}
}

// TestWatchKeepsWhatItKnows: nothing that stands in the bucket by mistake or malice
// takes the keys away.
func TestWatchKeepsWhatItKnows(t *testing.T) {
	conn, _ := store(t)
	bucket := Bucket{Conn: conn}
	ring, _ := newRing(t)
	if err := publishOnce(t.Context(), bucket, ring); err != nil {
		t.Fatal(err)
	}
	remote := Watch(t.Context(), bucket)
	eventually(t, "the keys", func() bool { return remote.Published().Ready() })
	kv, err := bucket.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kv.PutString(t.Context(), bucketKey, `{"jwks":{"keys":[]},"accepted":[]}`); err != nil {
		t.Fatal(err)
	}
	if err := kv.Purge(t.Context(), bucketKey); err != nil {
		t.Fatal(err)
	}
	// What comes after is taken: so the two before were seen.
	if err := ring.Rotate(false); err != nil {
		t.Fatal(err)
	}
	if err := publishOnce(t.Context(), bucket, ring); err != nil {
		t.Fatal(err)
	}
	var seen []int
	eventually(t, "the new keys", func() bool {
		n := 0
		if p := remote.Published(); p.Ready() {
			n = len(p.Keys.Keys())
		}
		seen = append(seen, n)
		return n == 4
	})
	for _, n := range seen {
		if n == 0 {
			t.Fatal("the keys were forgotten in between")
		}
	}
}

// Workers that find what they would publish write nothing.
func TestPublishWritesChangesOnly(t *testing.T) {
	conn, _ := store(t)
	bucket := Bucket{Conn: conn}
	ring, c := newRing(t)
	other := open(t, ring.dir, c)
	revision := func() uint64 {
		t.Helper()
		for _, r := range []*Ring{ring, other, ring} {
			if err := publishOnce(t.Context(), bucket, r); err != nil {
				t.Fatal(err)
			}
		}
		kv, err := bucket.open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		entry, err := kv.Get(t.Context(), bucketKey)
		if err != nil {
			t.Fatal(err)
		}
		return entry.Revision()
	}
	if got := revision(); got != 1 {
		t.Errorf("written %d times", got)
	}
	if err := ring.Rotate(false); err != nil {
		t.Fatal(err)
	}
	tick(t, other, empty)
	if got := revision(); got != 2 {
		t.Errorf("written %d times", got)
	}
}

func TestPublishWithoutStore(t *testing.T) {
	conn, _ := store(t)
	ring, _ := newRing(t)
	conn.Close()
	if err := publishOnce(t.Context(), Bucket{Conn: conn}, ring); !errors.Is(err, nats.ErrConnectionClosed) && !errors.Is(err, natsjs.ErrJetStreamNotEnabled) {
		t.Errorf("got %v", err)
	}
}

func TestParseMessage(t *testing.T) {
	ring, _ := newRing(t)
	p := ring.Published()
	good, err := json.Marshal(message{p.JWKS, p.Accepted})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := parseMessage(good); err != nil || !bytes.Equal(got.JWKS, p.JWKS) {
		t.Fatalf("got %v", err)
	}
	private, err := ring.Signing().JWK()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing":               "",
		"no object":             "[]",
		"unknown member":        string(good[:len(good)-1]) + `,"x":1}`,
		"more after it":         string(good) + string(good),
		"a bracket after it":    string(good) + "}",
		"no keys":               `{"accepted":[]}`,
		"none to encrypt to":    `{"jwks":{"keys":[]},"accepted":[]}`,
		"first is not accepted": string(bytes.Replace(good, []byte(p.Accepted[0]+`"]`), []byte(`x"]`), 1)),
		"a private key":         `{"jwks":{"keys":[` + string(private) + `]},"accepted":[]}`,
		"too large":             string(good) + strings.Repeat(" ", maxMessage),
	} {
		if got, err := parseMessage([]byte(text)); err == nil || got.Ready() {
			t.Errorf("%s: accepted", name)
		}
	}
}

// FuzzParseMessage: whatever stands in the bucket, what is taken of it has a key to
// encrypt to that it accepts.
func FuzzParseMessage(f *testing.F) {
	key, err := zkpass.GenerateKey(zkpass.ECDHES, "k")
	if err != nil {
		f.Fatal(err)
	}
	p, err := newPublished([]*zkpass.PublicKey{key.Public()}, []string{"k"})
	if err != nil {
		f.Fatal(err)
	}
	good, err := json.Marshal(message{p.JWKS, p.Accepted})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte(`{"jwks":{"keys":[]},"accepted":["k"]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := parseMessage(text)
		if (err == nil) != p.Ready() {
			t.Fatalf("ready %t, %v", p.Ready(), err)
		}
		if err == nil && !p.Accepts(p.Encryption.ID()) {
			t.Error("the key to encrypt to is not accepted")
		}
	})
}
