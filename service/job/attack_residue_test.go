package job

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/jetstream"
)

// The input of a job that has ended is in no file any more, also while the inputs of
// others stand beside it.
func TestAttackInputOfEndedJob(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	server, err := jetstream.Start(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	conn, err := server.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	q, err := Open(t.Context(), Config{Conn: conn})
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	key, err := zkpass.GenerateKey(zkpass.ECDHES, "")
	if err != nil {
		t.Fatal(err)
	}
	take := func(input string) (ID, *Claim) {
		id, err := q.Submit(t.Context(), Submission{Owner: "o", SealTo: key.Public(), Input: Input{UserDataToken: input, DVRToken: "d"}})
		if err != nil {
			t.Fatal(err)
		}
		claim, err := q.Take(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		return id, claim
	}
	files := func(mark string) (found []string) {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			if bytes.Contains(text, []byte(mark)) {
				found = append(found, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	const other, mark = "Huitzilopochtli", "Quetzalcoatl"
	take(other) // is not finished
	for _, size := range []int{100, 100_000} {
		id, claim := take(strings.Repeat(mark, size/len(mark)))
		if len(files(mark)) == 0 {
			t.Fatal("an input that is needed is not found: nothing could be")
		}
		if err := claim.Finish(t.Context(), id, Outcome{Token: "t"}); err != nil {
			t.Fatal(err)
		}
		if found := files(mark); len(found) > 0 {
			t.Errorf("an input of %d bytes stands in %v", size, found)
		}
	}
	if len(files(other)) == 0 {
		t.Error("the input of another job is gone")
	}
	if oldest, some, err := q.OldestQueued(t.Context()); err != nil || !some {
		t.Errorf("got %v, %t, %v", oldest, some, err)
	}
}
