package keyring

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
)

// clock is a time that tests set.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func open(t testing.TB, dir string, c *clock) *Ring {
	t.Helper()
	ring, err := Open(dir, Options{Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func newRing(t testing.TB) (*Ring, *clock) {
	t.Helper()
	c := &clock{t: start}
	return open(t, filepath.Join(t.TempDir(), "keys"), c), c
}

// empty is a queue without jobs.
func empty(context.Context) (time.Time, bool, error) { return time.Time{}, false, nil }

func tick(t testing.TB, ring *Ring, oldest func(context.Context) (time.Time, bool, error)) {
	t.Helper()
	if err := ring.Tick(t.Context(), oldest); err != nil {
		t.Fatal(err)
	}
}

func names(t testing.TB, ring *Ring) []string {
	t.Helper()
	entries, err := os.ReadDir(ring.dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, entry := range entries {
		list = append(list, entry.Name())
	}
	return list
}

// ids are the ids of the JWKS, those for encryption with a mark.
func ids(p Published) (list []string) {
	for _, key := range p.Keys.Keys() {
		id := key.ID()
		if key.Algorithm() == zkpass.ECDHES {
			id = "enc " + id
		}
		list = append(list, id)
	}
	return list
}

func TestOpenMakesKeys(t *testing.T) {
	ring, _ := newRing(t)
	if got, want := names(t, ring), []string{"enc-1.jwk", "sig-1.jwk"}; !slices.Equal(got, want) {
		t.Fatalf("files %v, want %v", got, want)
	}
	// The files are keys like all others.
	for name, alg := range map[string]zkpass.Algorithm{"enc-1.jwk": zkpass.ECDHES, "sig-1.jwk": zkpass.ES256} {
		key, err := zkpass.ReadPrivateKey(filepath.Join(ring.dir, name))
		if err != nil || key.Public().Algorithm() != alg {
			t.Errorf("%s: got %v, %v", name, key, err)
		}
	}
	p := ring.Published()
	if want := []string{ring.Signing().Public().ID(), "enc " + p.Encryption.ID()}; !slices.Equal(ids(p), want) {
		t.Errorf("JWKS has %v, want %v", ids(p), want)
	}
	if !p.Ready() || !p.Accepts(p.Encryption.ID()) || p.Accepts(ring.Signing().Public().ID()) || p.Accepts("") {
		t.Errorf("ready %t, accepts %v", p.Ready(), p.Accepted)
	}
	if parsed, err := zkpass.ParseKeySet(p.JWKS); err != nil || len(parsed.Keys()) != 2 {
		t.Errorf("the JWKS has %v, %v", parsed, err)
	}
	if p.MaxAge <= 0 || p.MaxAge > DefaultAhead || !strings.HasPrefix(p.ETag, `"`) {
		t.Errorf("max age %s, ETag %s", p.MaxAge, p.ETag)
	}
	token, err := zkpass.EncryptDataToJWEToken(p.Encryption, "x")
	if err != nil {
		t.Fatal(err)
	}
	key, err := ring.Decryption(p.Encryption.ID())
	if err != nil {
		t.Fatal(err)
	}
	if text, err := zkpass.DecryptJWEToken(key, token); err != nil || text != "x" {
		t.Errorf("got %q, %v", text, err)
	}
	for _, id := range []string{"", "other", ring.Signing().Public().ID()} {
		if _, err := ring.Decryption(id); !errors.Is(err, ErrUnknownKey) {
			t.Errorf("id %q: got %v", id, err)
		}
	}
}

func TestOpenAgain(t *testing.T) {
	ring, c := newRing(t)
	c.add(day)
	again := open(t, ring.dir, c)
	if a, b := ring.Published(), again.Published(); !bytes.Equal(a.JWKS, b.JWKS) || a.ETag != b.ETag {
		t.Error("opened again, it publishes other keys")
	}
}

func TestRefusesWideModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes here")
	}
	for name, tt := range map[string]struct {
		path string
		mode os.FileMode
		want os.FileMode
	}{
		"group enters":   {"", 0o710, 0o700},
		"others list":    {"", 0o704, 0o700},
		"group reads":    {"sig-1.jwk", 0o640, 0o600},
		"others write":   {"enc-1.jwk", 0o602, 0o600},
		"owner executes": {"enc-1.jwk", 0o700, 0o600},
	} {
		t.Run(name, func(t *testing.T) {
			ring, c := newRing(t)
			path := filepath.Join(ring.dir, tt.path)
			if err := os.Chmod(path, tt.mode); err != nil {
				t.Fatal(err)
			}
			_, err := Open(ring.dir, Options{Now: c.now})
			if hint := fmt.Sprintf("chmod %04o %s", tt.want, path); !errors.Is(err, ErrMode) || !strings.HasSuffix(err.Error(), hint) {
				t.Errorf("got %v, want it to end in %s", err, hint)
			}
			// A ring that is open says so too, and goes on with the keys it has.
			if err := ring.Tick(t.Context(), empty); !errors.Is(err, ErrMode) {
				t.Errorf("looking again: %v", err)
			}
			if ring.Signing() == nil || !ring.Published().Ready() {
				t.Error("the ring has lost its keys")
			}
		})
	}
}

func TestRefusesOtherFiles(t *testing.T) {
	ring, c := newRing(t)
	text, err := os.ReadFile(filepath.Join(ring.dir, "sig-1.jwk"))
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		t.Fatal(err)
	}
	plain, err := foreign.JWK()
	if err != nil {
		t.Fatal(err)
	}
	secret := string(text[bytes.Index(text, []byte(`"d":"`))+5:][:20])
	for name, tt := range map[string]struct{ file, text, words string }{
		"no times":          {"sig-2.jwk", string(plain), "zkpass_active"},
		"no JSON":           {"sig-2.jwk", secret, "sig-2.jwk"},
		"half a file":       {"sig-2.jwk", string(text[:len(text)/2]), "sig-2.jwk"},
		"for another use":   {"enc-2.jwk", string(text), "ECDH-ES"},
		"same key twice":    {"sig-2.jwk", string(text), "same key id"},
		"empty":             {"enc-7.jwk", "", "enc-7.jwk"},
		"time is no number": {"sig-2.jwk", strings.Replace(string(text), `"zkpass_active":`, `"zkpass_active":"x`, 1), "sig-2.jwk"},
	} {
		path := filepath.Join(ring.dir, tt.file)
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(ring.dir, Options{Now: c.now})
		if err == nil || !strings.Contains(err.Error(), tt.words) || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: got %v", name, err)
		}
		os.Remove(path)
	}
	for _, name := range []string{"sig-0.jwk", "sig-01.jwk", "sig-+2.jwk", "sig-2.jwk.bak", "other-2.jwk", "sig-.jwk", "README"} {
		if err := os.WriteFile(filepath.Join(ring.dir, name), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(ring.dir, Options{Now: c.now}); err != nil {
		t.Errorf("files of other names: %v", err)
	}
}

func TestOptions(t *testing.T) {
	for name, options := range map[string]Options{
		"retain too short":   {Retain: MinRetain - 1},
		"ahead negative":     {Ahead: -1},
		"period below ahead": {Period: DefaultAhead},
	} {
		dir := filepath.Join(t.TempDir(), "keys")
		if _, err := Open(dir, options); err == nil {
			t.Errorf("%s: accepted", name)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s: keys made all the same", name)
		}
	}
}

// TestLife goes through a change of keys day by day.
func TestLife(t *testing.T) {
	ring, c := newRing(t)
	first, firstSigning := ring.Published(), ring.Signing().Public().ID()
	c.add(89 * day)
	tick(t, ring, empty)
	p := ring.Published()
	got := ids(p)
	if len(got) != 4 || got[0] != firstSigning || got[1] != "enc "+first.Encryption.ID() || strings.HasPrefix(got[2], "enc ") || !strings.HasPrefix(got[3], "enc ") {
		t.Fatalf("a day ahead the JWKS has %v", got)
	}
	second, secondSigning := strings.TrimPrefix(got[3], "enc "), got[2]
	if p.Encryption.ID() != first.Encryption.ID() || !p.Accepts(second) || p.ETag == first.ETag {
		t.Errorf("a day ahead: encryption to %s, accepts %v", p.Encryption.ID(), p.Accepted)
	}
	c.add(day)
	if ring.Signing().Public().ID() != secondSigning {
		t.Error("the next key does not sign when its time has come")
	}
	p = ring.Published() // no tick: the clock alone
	if want := []string{secondSigning, "enc " + second, firstSigning}; !slices.Equal(ids(p), want) {
		t.Errorf("changed, the JWKS has %v, want %v", ids(p), want)
	}
	if p.Encryption.ID() != second || !p.Accepts(first.Encryption.ID()) {
		t.Errorf("changed: encryption to %s, accepts %v", p.Encryption.ID(), p.Accepted)
	}
	c.add(day)
	if p = ring.Published(); p.Accepts(first.Encryption.ID()) || !p.Accepts(second) {
		t.Errorf("a day later it accepts %v", p.Accepted)
	}
	// A job is in the queue still, or the queue cannot be asked: the key stays.
	c.add(10 * day)
	accepted := start.Add(91 * day)
	tick(t, ring, func(context.Context) (time.Time, bool, error) { return accepted, true, nil })
	tick(t, ring, nil)
	trouble := errors.New("no connection")
	if err := ring.Tick(t.Context(), func(context.Context) (time.Time, bool, error) { return time.Time{}, false, trouble }); !errors.Is(err, trouble) {
		t.Errorf("got %v", err)
	}
	if _, err := ring.Decryption(first.Encryption.ID()); err != nil {
		t.Errorf("the queue has a job and its key is gone: %v", err)
	}
	if want := []string{"enc-1.jwk", "enc-2.jwk", "sig-2.jwk"}; !slices.Equal(names(t, ring), want) {
		t.Errorf("files %v, want %v", names(t, ring), want)
	}
	tick(t, ring, empty)
	if want := []string{"enc-2.jwk", "sig-2.jwk"}; !slices.Equal(names(t, ring), want) {
		t.Errorf("files %v, want %v", names(t, ring), want)
	}
	if _, err := ring.Decryption(first.Encryption.ID()); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("a key that was deleted: %v", err)
	}
}

func TestRotate(t *testing.T) {
	ring, c := newRing(t)
	signer, first := ring.Signing().Public().ID(), ring.Published()
	for range 2 { // the second time finds what the first has made
		if err := ring.Rotate(false); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"enc-1.jwk", "enc-2.jwk", "sig-1.jwk", "sig-2.jwk"}; !slices.Equal(names(t, ring), want) {
		t.Fatalf("files %v, want %v", names(t, ring), want)
	}
	if ring.Signing().Public().ID() != signer || ring.Published().Encryption.ID() != first.Encryption.ID() {
		t.Error("the new keys are in use before they were published")
	}
	c.add(day)
	if ring.Signing().Public().ID() == signer || ring.Published().Encryption.ID() == first.Encryption.ID() {
		t.Error("the new keys are not in use after they were published")
	}
}

// TestRotateLeaked: nothing that may have leaked counts any more, the next keys
// that lay beside them too; but jobs that were accepted are decrypted.
func TestRotateLeaked(t *testing.T) {
	ring, c := newRing(t)
	if err := ring.Rotate(false); err != nil {
		t.Fatal(err)
	}
	before, other := ring.Published(), open(t, ring.dir, c)
	c.add(time.Hour)
	if err := ring.Rotate(true); err != nil {
		t.Fatal(err)
	}
	p := ring.Published()
	if got := ids(p); len(got) != 2 {
		t.Fatalf("the JWKS has %v", got)
	}
	for _, key := range before.Keys.Keys() {
		if _, err := p.Keys.Key(key.ID(), key.Algorithm()); err == nil || p.Accepts(key.ID()) {
			t.Errorf("key %s still counts", key.ID())
		}
	}
	if ring.Signing().Public().ID() != ids(p)[0] {
		t.Error("a leaked key signs")
	}
	if _, err := ring.Decryption(before.Encryption.ID()); err != nil {
		t.Errorf("accepted jobs cannot be decrypted: %v", err)
	}
	tick(t, other, empty)
	if !bytes.Equal(other.Published().JWKS, p.JWKS) {
		t.Error("another process publishes other keys")
	}
	if want := []string{"enc-1.jwk", "enc-2.jwk", "enc-3.jwk", "sig-3.jwk"}; !slices.Equal(names(t, ring), want) {
		t.Errorf("files %v, want %v", names(t, ring), want)
	}
	c.add(deleteMargin)
	tick(t, ring, empty)
	if want := []string{"enc-3.jwk", "sig-3.jwk"}; !slices.Equal(names(t, ring), want) {
		t.Errorf("once the queue is drained: files %v, want %v", names(t, ring), want)
	}
	c.add(60 * day) // when key 2 would have been long in use
	tick(t, ring, empty)
	if !bytes.Equal(ring.Published().JWKS, p.JWKS) {
		t.Error("the keys change again")
	}
}

// TestProcessesAgree: rings that start, change and delete at once have the same
// keys.
func TestProcessesAgree(t *testing.T) {
	c := &clock{t: start}
	dir := filepath.Join(t.TempDir(), "keys")
	rings := make([]*Ring, 8)
	each := func(f func(i int) error) {
		t.Helper()
		var wg sync.WaitGroup
		for i := range rings {
			wg.Go(func() {
				if err := f(i); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	each(func(i int) (err error) {
		rings[i], err = Open(dir, Options{Now: c.now})
		return err
	})
	if t.Failed() {
		t.FailNow()
	}
	for _, step := range []struct {
		after time.Duration
		files int
	}{{0, 2}, {89 * day, 4}, {day, 4}, {3 * day, 2}, {200 * day, 4}, {day, 4}} {
		c.add(step.after)
		each(func(i int) error { return rings[i].Tick(context.Background(), empty) })
		each(func(i int) error { return rings[i].Tick(context.Background(), empty) }) // those that were too early
		if got := names(t, rings[0]); len(got) != step.files {
			t.Errorf("at %s: files %v, want %d", c.now().Sub(start), got, step.files)
		}
		for _, ring := range rings[1:] {
			if !bytes.Equal(ring.Published().JWKS, rings[0].Published().JWKS) {
				t.Fatalf("at %s: two rings publish different keys", c.now().Sub(start))
			}
		}
	}
	each(func(i int) error { return rings[i].Rotate(true) })
	each(func(i int) error { return rings[i].Tick(context.Background(), empty) })
	for _, ring := range rings[1:] {
		if !bytes.Equal(ring.Published().JWKS, rings[0].Published().JWKS) {
			t.Error("after a leak, two rings publish different keys")
		}
	}
}

// A key made by another process is found when it is asked for.
func TestDecryptionOfNewKey(t *testing.T) {
	ring, c := newRing(t)
	other := open(t, ring.dir, c)
	if err := other.Rotate(true); err != nil {
		t.Fatal(err)
	}
	id := other.Published().Encryption.ID()
	if _, err := ring.Decryption(id); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("within a second of the last look: %v", err)
	}
	c.add(rescanWait + 1)
	if _, err := ring.Decryption(id); err != nil {
		t.Error(err)
	}
}

// TestCrash: what a process leaves that dies while it makes a key is no key, and
// goes away.
func TestCrash(t *testing.T) {
	ring, c := newRing(t)
	young, ancient := filepath.Join(ring.dir, unfinished+"1"), filepath.Join(ring.dir, unfinished+"2")
	for _, path := range []string{young, ancient} {
		if err := os.WriteFile(path, []byte(`{"kty":"EC","d":"`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	past := time.Now().Add(-2 * unfinishedAge)
	if err := os.Chtimes(ancient, past, past); err != nil {
		t.Fatal(err)
	}
	open(t, ring.dir, c)
	if _, err := os.Stat(young); err != nil {
		t.Errorf("what another process may be writing is gone: %v", err)
	}
	if _, err := os.Stat(ancient); err == nil {
		t.Error("what a crash has left stays")
	}
	// One of the two keys was made when the process died: the other follows.
	if err := os.Remove(filepath.Join(ring.dir, "enc-1.jwk")); err != nil {
		t.Fatal(err)
	}
	signer := ring.Signing().Public().ID()
	if again := open(t, ring.dir, c); again.Signing().Public().ID() != signer || !again.Published().Ready() {
		t.Error("not completed")
	}
}

// A ring whose directory is emptied or gone makes new keys, or goes on with those
// it has.
func TestDirectoryLost(t *testing.T) {
	ring, c := newRing(t)
	signer := ring.Signing().Public().ID()
	if err := os.RemoveAll(ring.dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(ring.dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := ring.Tick(t.Context(), empty); err == nil || ring.Signing().Public().ID() != signer {
		t.Errorf("no directory: got %v", err)
	}
	if err := os.Remove(ring.dir); err != nil {
		t.Fatal(err)
	}
	tick(t, ring, empty)
	if ring.Signing().Public().ID() == signer || !ring.Published().Ready() {
		t.Error("no new keys")
	}
	c.add(time.Second)
}

// Logs name files and times, and no key.
func TestLogsNoKeys(t *testing.T) {
	var log bytes.Buffer
	c := &clock{t: start}
	dir := filepath.Join(t.TempDir(), "keys")
	ring, err := Open(dir, Options{Now: c.now, Logger: slog.New(slog.NewJSONHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	secrets := [][]byte{}
	for _, name := range names(t, ring) {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		_, d, _ := bytes.Cut(text, []byte(`"d":"`))
		secrets = append(secrets, d[:43])
	}
	c.add(89 * day)
	tick(t, ring, empty)
	c.add(5 * day)
	tick(t, ring, empty)
	for _, words := range []string{"key made", "key deleted"} {
		if !strings.Contains(log.String(), words) {
			t.Errorf("the log lacks %q", words)
		}
	}
	for _, secret := range secrets {
		if bytes.Contains(log.Bytes(), secret) {
			t.Error("the log has a private key")
		}
	}
}
