package service

import (
	"log/slog"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/zkpass-go/zkpass/internal/natstest"
	"github.com/zkpass-go/zkpass/service/apikey"
	"github.com/zkpass-go/zkpass/service/job"
	"github.com/zkpass-go/zkpass/service/keyring"
)

// The subjects that docs/operations.md names are what front ends, workers and the
// command for API keys need: a user of the cluster who is limited to them can do it all.
func TestDocumentedSubjects(t *testing.T) {
	page, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("(?s)limited to the subjects\n(.*?)\n\n").FindSubmatch(page)
	if named == nil {
		t.Fatal("docs/operations.md names no subjects")
	}
	var subjects []string
	for _, quoted := range regexp.MustCompile("`([^`]+)`").FindAllSubmatch(named[1], -1) {
		subjects = append(subjects, string(quoted[1]))
	}
	allowed := &server.SubjectPermission{Allow: subjects}
	address := strings.TrimPrefix(natstest.Listen(t, &server.User{
		Username: "zkpass", Password: "p", Permissions: &server.Permissions{Publish: allowed, Subscribe: allowed},
	}), "nats://")
	c := DefaultConfig()
	c.NATS.URL = "nats://zkpass:p@" + address
	conn, err := c.connect("test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)

	store, closeStore, err := OpenAPIKeys(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer closeStore()
	key, secret, err := apikey.Create(t.Context(), store, apikey.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := apikey.Authenticate(t.Context(), store, key.Key, secret, time.Now()); err != nil {
		t.Error(err)
	}
	if keys, err := store.List(t.Context()); err != nil || len(keys) != 1 {
		t.Errorf("got %v, %v", keys, err)
	}
	if err := store.Revoke(t.Context(), key.Key); err != nil {
		t.Error(err)
	}

	ring, err := keyring.Open(t.TempDir()+"/keys", keyring.Options{})
	if err != nil {
		t.Fatal(err)
	}
	bucket := keyring.Bucket{Conn: conn}
	go keyring.Publish(t.Context(), bucket, ring)
	remote := keyring.Watch(t.Context(), bucket)
	for until := time.Now().Add(10 * time.Second); !remote.Published().Ready(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("no keys")
		}
	}
	go answerForEvidence(t.Context(), conn, nil, slog.New(slog.DiscardHandler))

	queue, err := c.openQueue(t.Context(), conn, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer queue.Close()
	submission := job.Submission{
		Owner: "o", Input: job.Input{UserDataToken: "u", DVRToken: "d"}, SealTo: remote.Published().Encryption,
		IdempotencyKey: "i", Secret: []byte(secret),
	}
	id, err := queue.Submit(t.Context(), submission)
	if err != nil {
		t.Fatal(err)
	}
	claim, err := queue.Take(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	claim.Progress("proving", 0.5)
	if err := claim.Finish(t.Context(), id, job.Outcome{Token: "t"}); err != nil {
		t.Fatal(err)
	}
	if status, err := queue.Status(t.Context(), "o", id); err != nil || status.Outcome.Token != "t" {
		t.Errorf("got %+v, %v", status, err)
	}
	if err := queue.Delete(t.Context(), "o", id); err != nil {
		t.Error(err)
	}
	if oldest, held, err := queue.OldestQueued(t.Context()); err != nil || held {
		t.Errorf("got %v, %t, %v; want that the input is gone", oldest, held, err)
	}
	if err := conn.LastError(); err != nil {
		t.Errorf("the connection met %v", err)
	}
}
