package apikey

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeClock is a clock that a test moves.
type fakeClock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *fakeClock { return &fakeClock{t: time.Now()} }

func (c *fakeClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *fakeClock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func twoDirs(t *testing.T) (Store, Store) {
	dir := filepath.Join(t.TempDir(), "data")
	a, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	b, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	// What another store wrote is seen at the next look.
	for _, d := range []*Dir{a, b} {
		d.now = func() time.Time { d.checked = time.Time{}; return time.Now() }
	}
	return a, b
}

// A service that runs sees what the command did, within the second.
func TestDirSeesOthers(t *testing.T) {
	dir := t.TempDir()
	service, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	clock := newClock()
	service.now = clock.now
	command, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	clock.pass(time.Second)
	key, secret := create(t, command, Options{})
	good := func() bool {
		_, err := Authenticate(t.Context(), service, key.Key, secret, time.Now())
		if err != nil && err != ErrWrong {
			t.Fatal(err)
		}
		return err == nil
	}
	if !good() {
		t.Error("a new key is not known")
	}
	if err := command.Revoke(t.Context(), key.Key); err != nil {
		t.Fatal(err)
	}
	clock.pass(checkEvery - time.Nanosecond)
	if !good() {
		t.Error("the file is read more often than it should be")
	}
	clock.pass(time.Nanosecond)
	if good() {
		t.Error("a revoked key is good after 250 ms")
	}
}

// A file is read again even if size, time and identity are those of before, as
// long as it is young; an old one is not.
func TestDirReadsYoungFiles(t *testing.T) {
	dir := t.TempDir()
	d, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	key, _ := create(t, d, Options{})
	clock := newClock()
	d.now = clock.now
	path := filepath.Join(dir, dirFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	other := "zkp_" + strings.Repeat("a", 16)
	changed := bytes.Replace(text, []byte(key.Key), []byte(other), 1)
	for _, age := range []time.Duration{0, time.Hour} {
		when := time.Now().Add(-age)
		put := func(text []byte) {
			t.Helper()
			file, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			if _, err := file.Write(text); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, when, when); err != nil {
				t.Fatal(err)
			}
		}
		put(text)
		clock.pass(time.Minute)
		if _, err := d.Lookup(t.Context(), key.Key); err != nil {
			t.Fatal(err)
		}
		put(changed)
		clock.pass(time.Minute)
		_, err := d.Lookup(t.Context(), other)
		if reread := err == nil; reread != (age == 0) {
			t.Errorf("file of age %s: read again is %t", age, reread)
		}
	}
}

// What cannot be read lets nobody in, though it could be read before.
func TestDirFailsClosed(t *testing.T) {
	for name, damage := range map[string]func(path string) error{
		"not JSON":      func(p string) error { return os.WriteFile(p, []byte("{"), 0o600) },
		"empty":         func(p string) error { return os.WriteFile(p, nil, 0o600) },
		"a directory":   func(p string) error { os.Remove(p); return os.Mkdir(p, 0o700) },
		"version":       func(p string) error { return os.WriteFile(p, []byte(`{"version":2,"keys":[]}`), 0o600) },
		"more":          func(p string) error { return os.WriteFile(p, []byte(`{"version":1,"keys":[]} {}`), 0o600) },
		"member":        func(p string) error { return os.WriteFile(p, []byte(`{"version":1,"keys":[],"x":1}`), 0o600) },
		"short hash":    func(p string) error { return writeKeys(p, `"key":"zkp_aaaaaaaaaaaaaaaa","hash":"AAAA"`) },
		"form of a key": func(p string) error { return writeKeys(p, `"key":"root","hash":"`+strings.Repeat("A", 43)+`="`) },
		"same key twice": func(p string) error {
			k := `"key":"zkp_aaaaaaaaaaaaaaaa","hash":"` + strings.Repeat("A", 43) + `="`
			return writeKeys(p, k+"},{"+k)
		},
		"wide mode": func(p string) error { return os.Chmod(p, 0o640) },
	} {
		if runtime.GOOS == "windows" && name == "wide mode" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			d, err := OpenDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			key, secret := create(t, d, Options{})
			if _, err := Authenticate(t.Context(), d, key.Key, secret, time.Now()); err != nil {
				t.Fatal(err)
			}
			if err := damage(filepath.Join(dir, dirFile)); err != nil {
				t.Fatal(err)
			}
			d.checked = time.Time{}
			if _, err := Authenticate(t.Context(), d, key.Key, secret, time.Now()); err == nil || err == ErrWrong {
				t.Errorf("authenticating: %v", err)
			}
			if _, err := OpenDir(dir); err == nil {
				t.Error("opened again")
			}
			if _, _, err := Create(t.Context(), d, Options{}); err == nil {
				t.Error("written over")
			}
		})
	}
}

func writeKeys(path, members string) error {
	return os.WriteFile(path, []byte(`{"version":1,"keys":[{`+members+`}]}`), 0o600)
}

func TestDirFileIsPrivateAndHoldsNoSecret(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	d, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, dirFile+".left"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	key, secret := create(t, d, Options{Name: "the app"})
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 2 {
		t.Errorf("files %v, want %s and %s", files, dirFile, dirLock)
	}
	found := false
	for _, file := range files {
		info, err := file.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
			t.Errorf("%s has mode %04o", file.Name(), info.Mode().Perm())
		}
		text, err := os.ReadFile(filepath.Join(dir, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		found = found || strings.Contains(string(text), key.Key)
		if strings.Contains(string(text), strings.TrimPrefix(secret, secretPrefix)) {
			t.Errorf("%s holds the secret", file.Name())
		}
	}
	if !found {
		t.Error("no file holds the key")
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 && runtime.GOOS != "windows" {
		t.Errorf("directory: %v, %v", info.Mode(), err)
	}
}

// Writers in one process and in several exclude each other by the lock: no key is
// lost.
func TestDirWritersAtOnce(t *testing.T) {
	dir := t.TempDir()
	const writers, each = 4, 5
	var wait sync.WaitGroup
	for range writers {
		wait.Go(func() {
			d, err := OpenDir(dir)
			if err != nil {
				t.Error(err)
				return
			}
			for range each {
				if _, _, err := Create(t.Context(), d, Options{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	d, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if keys, err := d.List(t.Context()); err != nil || len(keys) != writers*each {
		t.Errorf("%d keys, %v; want %d", len(keys), err, writers*each)
	}
}
