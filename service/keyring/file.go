package keyring

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/zkpass-go/zkpass"
)

// ErrMode means that others than the owner may use the directory or a file in it.
var ErrMode = errors.New("keys are open to others")

const (
	dirMode  fs.FileMode = 0o700
	fileMode fs.FileMode = 0o600
)

// algorithms says what a key of each use is.
var algorithms = map[use]zkpass.Algorithm{signing: zkpass.ES256, encryption: zkpass.ECDHES}

// A key file is a JWK with these private members (RFC 7517, section 4), so that
// the key and its times come into being in one step. Times are Unix seconds.
type times struct {
	Created int64 `json:"zkpass_created"`
	Active  int64 `json:"zkpass_active"`
	Breaks  bool  `json:"zkpass_breaks_earlier,omitempty"`
}

// entry is one key of the ring.
type entry struct {
	stamp
	use  use
	key  *zkpass.PrivateKey
	path string
}

func fileName(u use, number int) string { return fmt.Sprintf("%s-%d.jwk", u, number) }

// parseName is the inverse of fileName.
func parseName(name string) (u use, number int, ok bool) {
	stem, isKey := strings.CutSuffix(name, ".jwk")
	kind, digits, _ := strings.Cut(stem, "-")
	number, err := strconv.Atoi(digits)
	u = use(kind)
	if !isKey || err != nil || number < 1 || algorithms[u] == "" || fileName(u, number) != name {
		return "", 0, false
	}
	return u, number, true
}

// checkMode refuses what others than its owner may use, and says what to do.
func checkMode(path string, info fs.FileInfo, want fs.FileMode) error {
	if mode := info.Mode().Perm(); mode&^want != 0 && runtime.GOOS != "windows" {
		return fmt.Errorf("%w: %s has mode %04o, want %04o or narrower: chmod %04o %s", ErrMode, path, mode, want, want, path)
	}
	return nil
}

func openDir(dir string) error {
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return fmt.Errorf("making the key directory: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	return checkMode(dir, info, dirMode)
}

// readFile reads one key. A key that is gone is no error of its own: the error
// matches [fs.ErrNotExist].
func readFile(dir string, u use, number int) (*entry, error) {
	path := filepath.Join(dir, fileName(u, number))
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: want a regular file", path)
	}
	if err := checkMode(path, info, fileMode); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(file, zkpass.MaxKeySet+1))
	if err != nil {
		return nil, err
	}
	key, err := zkpass.ParsePrivateKey(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if have := key.Public().Algorithm(); have != algorithms[u] {
		return nil, fmt.Errorf("%s: the key is for %s, want one for %s", path, have, algorithms[u])
	}
	var at times
	if err := json.Unmarshal(text, &at); err != nil || at.Created <= 0 || at.Active <= 0 {
		return nil, fmt.Errorf("%s: want members zkpass_created and zkpass_active with times in Unix seconds", path)
	}
	return &entry{
		stamp: stamp{number, time.Unix(at.Created, 0), time.Unix(at.Active, 0), at.Breaks},
		use:   u, key: key, path: path,
	}, nil
}

// create makes a key with a number. If there is one already, made by another
// process in this moment, the error matches [fs.ErrExist] and nothing has changed.
// A file under its final name is always whole: it is written under another name
// first and linked.
func create(dir string, u use, s stamp) (err error) {
	key, err := zkpass.GenerateKey(algorithms[u], "")
	if err != nil {
		return err
	}
	jwk, err := key.JWK()
	if err != nil {
		return err
	}
	more, err := json.Marshal(times{s.created.Unix(), s.active.Unix(), s.breaks})
	if err != nil {
		return err
	}
	text := append(bytes.TrimSuffix(bytes.TrimSpace(jwk), []byte("}")), ',')
	text = append(append(text, bytes.TrimPrefix(more, []byte("{"))...), '\n')
	file, err := os.CreateTemp(dir, unfinished+"*") // O_EXCL, 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(file.Name())) }()
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	// Other than a rename, a link never replaces a file.
	if err := os.Link(file.Name(), filepath.Join(dir, fileName(u, s.number))); err != nil {
		return err
	}
	return syncDir(dir)
}

// unfinished begins the names of files that are being written. One that is old
// was left by a crash.
const (
	unfinished    = ".unfinished-"
	unfinishedAge = time.Hour
)

// syncDir makes new names last through a power failure. Not every system can.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
