package job

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
)

// The service is stopped, and started in the same directory, with jobs in every
// state.
func TestLine30Restart(t *testing.T) {
	t.Parallel()
	dir := storeDir(t)
	server, conn := embedded(t, dir)
	config := Config{Conn: conn, AckWait: time.Second}
	q := open(t, config)
	repeated := repeatable("alice", "done", "key")
	done := submit(t, q, repeated)
	c, _ := take(t, q)
	finish(t, c, done, Outcome{Token: "proof"})
	proving := submit(t, q, submission("alice", "proving"))
	c, _ = take(t, q)
	gone := submit(t, q, submission("alice", "gone"))
	if err := q.Delete(t.Context(), "alice", gone); err != nil {
		t.Fatal(err)
	}
	waiting := submit(t, q, submission("alice", "waiting"))
	die(c)
	q.Close()
	conn.Close()
	server.Close()

	_, config.Conn = embedded(t, dir)
	q = open(t, config)
	if s := status(t, q, "alice", done); s.Outcome.Token != "proof" {
		t.Errorf("done: %+v", s)
	}
	if again := submit(t, q, repeated); again != done {
		t.Error("the idempotency key is forgotten")
	}
	if _, err := q.Status(t.Context(), "alice", gone); !errors.Is(err, ErrUnknown) {
		t.Errorf("gone: %v", err)
	}
	if s := q.Stats(); s.Queued+s.Proving != 2 {
		t.Errorf("%+v", s)
	}
	for range 2 {
		c, id := take(t, q)
		if want := map[ID]int{waiting: 1, proving: 2}[id]; c.Attempt() != want {
			t.Errorf("attempt %d, want %d", c.Attempt(), want)
		}
		finish(t, c, id, Outcome{Token: "proof"})
	}
	for _, id := range []ID{waiting, proving} {
		if s := wait(t, q, "alice", id); s.Outcome.Token != "proof" {
			t.Errorf("%+v", s)
		}
	}
}

// A message is gone though its job has not ended: the job goes too, and no other.
func TestSweep(t *testing.T) {
	q := newQueue(t, Config{})
	done := submit(t, q, submission("alice", "done"))
	c, _ := take(t, q)
	finish(t, c, done, Outcome{Token: "proof"})
	proving := submit(t, q, submission("alice", "proving"))
	c, _ = take(t, q)
	lost := submit(t, q, submission("alice", "lost"))
	kept := submit(t, q, submission("alice", "kept"))
	if err := q.store.dropInput(t.Context(), lost.key()); err != nil {
		t.Fatal(err)
	}
	if err := q.sweep(t.Context(), time.Hour); err != nil || status(t, q, "alice", lost).State != Queued {
		t.Errorf("a young job was looked at, or %v", err)
	}
	if err := q.sweep(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := q.Status(t.Context(), "alice", lost); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
	for id, want := range map[ID]State{done: Done, proving: Proving, kept: Queued} {
		if s := status(t, q, "alice", id); s.State != want {
			t.Errorf("%+v, want %s", s, want)
		}
	}
	if c.Context().Err() != nil {
		t.Error("a claim was lost")
	}
	// A job that ended while the messages were listed stays.
	q.index.mu.Lock()
	q.index.jobs[done.key()] = &entry{record: record{State: Proving, Owner: ownerName("alice")}, revision: 1}
	q.index.mu.Unlock()
	if err := q.sweep(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	q.index.stale()
	if s := status(t, q, "alice", done); s.State != Done {
		t.Errorf("%+v", s)
	}
}

// What is stored tells nothing: not the id, the outcome or the secret, in any
// writing.
func TestLine28NothingInClear(t *testing.T) {
	dir := storeDir(t)
	server, conn := embedded(t, dir)
	q := open(t, Config{Conn: conn})
	secrets := map[string]string{}
	for i, outcome := range []Outcome{
		{Token: strings.Repeat("tokenmarktokenmark", 50_000)},
		{Problem: zkpass.NewProblem(422, zkpass.ProblemEvaluation, "problemmarkproblemmark")},
	} {
		s := repeatable("alice", "inputmarkinputmark", fmt.Sprint("idempotencymark", i))
		s.Secret = []byte("secretmarksecretmark")
		id := submit(t, q, s)
		c, _ := take(t, q)
		c.Progress("stepmarkstepmark", 0.5)
		eventually(t, "progress", func() bool { return status(t, q, "alice", id).Step != "" })
		finish(t, c, id, outcome)
		if s := wait(t, q, "alice", id); s.Outcome.Token != outcome.Token {
			t.Error("another outcome")
		}
		raw, err := base64.RawURLEncoding.DecodeString(string(id))
		if err != nil {
			t.Fatal(err)
		}
		secrets[fmt.Sprint("id ", i)], secrets[fmt.Sprint("id in bytes ", i)] = string(id), string(raw)
		secrets[fmt.Sprint("idempotency key ", i)] = s.IdempotencyKey
	}
	for name, mark := range map[string]string{"token": "tokenmark", "problem": "problemmark", "secret": "secretmark", "step": "stepmark"} {
		secrets[name] = mark
	}
	submit(t, q, submission("alice", "inputmarkinputmark"))
	q.Close()
	conn.Close()
	server.Close()
	files := readAll(t, dir)
	for name, secret := range secrets {
		if where := search(files, secret); where != "" {
			t.Errorf("%s: found %s", name, where)
		}
	}
	// The search finds what is there: the input, which this test has in clear.
	if search(files, "inputmarkinputmark") == "" {
		t.Error("the input was not found")
	}
	for name, written := range writings("plantedmark in here") {
		if search(map[string][]byte{"file": []byte("before " + written + " after")}, "plantedmark") == "" {
			t.Errorf("a planted mark was not found in %s", name)
		}
	}
}

func readAll(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			files[path], err = os.ReadFile(path)
			files[path] = append(files[path], path...) // names count too
		}
		return err
	})
	if err != nil || len(files) < 5 {
		t.Fatal(len(files), err)
	}
	return files
}

// writings are the forms that a text may have been stored in.
func writings(text string) map[string]string {
	forms := map[string]string{"clear": text, "hex": hex.EncodeToString([]byte(text)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(text))),
		"query": url.QueryEscape(text), "quoted": fmt.Sprintf("%+q", text)}
	for name, encoding := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
		for shift := range 3 {
			forms[fmt.Sprint(name, shift)] = encoding.EncodeToString([]byte(strings.Repeat("-", shift) + text))
		}
	}
	return forms
}

func search(files map[string][]byte, text string) string {
	for form, written := range writings(text) {
		if strings.HasPrefix(form, "base64") {
			// Neighbours change the first and last characters.
			written = written[4 : len(written)-2]
		}
		for path, data := range files {
			if bytes.Contains(data, []byte(strings.Trim(written, `"`))) {
				return form + " in " + filepath.Base(path)
			}
		}
	}
	return ""
}

// Clients and workers all at once: every job ends once, with its own outcome.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	q := newQueue(t, Config{MaxPerOwner: 1000, AckWait: 5 * time.Second})
	front := open(t, q.config)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var workers, clients sync.WaitGroup
	var finished atomic.Int64
	for range 4 {
		workers.Go(func() {
			for n := 0; ; n++ {
				c, err := q.Take(ctx, nil)
				if err != nil {
					return
				}
				c.Progress("proving", 0.5)
				if n%7 == 3 {
					c.Return(0)
					continue
				}
				err = c.Finish(ctx, unsealID(t, c), Outcome{Token: "proof of " + c.Input().DVRToken})
				if err == nil {
					finished.Add(1)
				} else if !errors.Is(err, ErrLost) {
					t.Error(err)
				}
			}
		})
	}
	const each = 12
	var deletions atomic.Int64
	for client := range 8 {
		clients.Go(func() {
			owner := fmt.Sprint("owner ", client%3)
			at := []*Queue{q, front}[client%2]
			for n := range each {
				mark := fmt.Sprint(client, " ", n)
				id, err := at.Submit(ctx, repeatable(owner, mark, mark))
				if err != nil {
					t.Error(err)
					return
				}
				if n%5 == 4 {
					if err := at.Delete(ctx, owner, id); err != nil {
						t.Error(err)
					}
					deletions.Add(1)
					continue
				}
				s, err := at.Wait(ctx, owner, id, nil)
				if err != nil || s.Outcome.Token != "proof of dvr "+mark {
					t.Errorf("%+v, %v", s, err)
				}
			}
		})
	}
	clients.Wait()
	eventually(t, "an empty queue", func() bool { return queued(t, q) == 0 })
	cancel()
	workers.Wait()
	// A client may see an outcome before its worker's Finish has returned.
	if n := finished.Load(); n < 8*each-deletions.Load() || n > 8*each {
		t.Errorf("%d jobs finished", n)
	}
	eventually(t, "no jobs", func() bool { return q.Stats() == Stats{} && front.Stats() == Stats{} })
}
