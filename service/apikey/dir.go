package apikey

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"
)

const (
	dirFile = "apikeys.json"
	dirLock = "apikeys.lock"

	// checkEvery is how long a store trusts what it has read.
	checkEvery = 250 * time.Millisecond
	// missEvery is how often it is looked at for the sake of keys that are not known.
	missEvery = 10 * time.Millisecond
	// settleAfter is how old a file must be before its time, size and identity
	// are trusted to tell that it is unchanged: two writes within one tick of a
	// file system's clock look alike.
	settleAfter = 2 * time.Second
	// maxDirFile bounds the file: some 50,000 keys.
	maxDirFile = 16 << 20
)

// Dir keeps keys in one file of a directory, apikeys.json. Writers replace it as a
// whole, one at a time over all processes, so that readers see every change
// complete or not at all.
type Dir struct {
	dir string
	now func() time.Time

	mu      sync.Mutex
	checked time.Time   // when the file was last looked at
	info    fs.FileInfo // of the file that was read; nil if there was none
	settled bool        // info may be compared
	records map[string]Record
	failed  error // of the last reading
}

// OpenDir opens the keys in a directory, which is made with mode 0700 if it is
// not there. A file of keys that others than its owner may read or write is
// refused: whoever writes to it may call the service.
func OpenDir(dir string) (*Dir, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("opening API keys: %w", err)
	}
	d := &Dir{dir: dir, now: time.Now}
	if _, err := d.current(); err != nil {
		return nil, fmt.Errorf("opening API keys: %w", err)
	}
	return d, nil
}

// Lookup implements [Store]. The file is looked at every 250 ms at most. A file
// that cannot be read is an error, and not a reason to trust what was read
// before: a key may have been revoked since.
func (d *Dir) Lookup(_ context.Context, key string) (Record, error) {
	records, err := d.current()
	if err != nil {
		return Record{}, err
	}
	record, ok := records[key]
	if !ok && d.expire() {
		// It may have been made a moment ago.
		if records, err = d.current(); err != nil {
			return Record{}, err
		}
		record, ok = records[key]
	}
	if !ok {
		return Record{}, ErrUnknown
	}
	return record, nil
}

// expire has the file looked at again, if the last time is not just now: wrong keys
// must not make a disk busy.
func (d *Dir) expire() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if age := d.now().Sub(d.checked); age >= 0 && age < missEvery {
		return false
	}
	d.checked = time.Time{}
	return true
}

// List implements [Store].
func (d *Dir) List(context.Context) ([]Key, error) {
	records, _, err := d.read()
	if err != nil {
		return nil, fmt.Errorf("listing API keys: %w", err)
	}
	return sortKeys(records), nil
}

// Create implements [Store].
func (d *Dir) Create(_ context.Context, record Record) error {
	return d.change(func(records map[string]Record) error {
		if _, ok := records[record.Key.Key]; ok {
			return ErrExists
		}
		records[record.Key.Key] = record
		return nil
	})
}

// Revoke implements [Store].
func (d *Dir) Revoke(_ context.Context, key string) error {
	err := d.change(func(records map[string]Record) error {
		if _, ok := records[key]; !ok {
			return ErrUnknown
		}
		delete(records, key)
		return nil
	})
	if err != nil {
		return fmt.Errorf("revoking API key: %w", err)
	}
	return nil
}

// change replaces the file by one that f has changed.
func (d *Dir) change(f func(map[string]Record) error) error {
	unlock, err := lockFile(filepath.Join(d.dir, dirLock))
	if err != nil {
		return fmt.Errorf("locking API keys: %w", err)
	}
	defer unlock()
	records, _, err := d.read()
	if err != nil {
		return err
	}
	if err := f(records); err != nil {
		return err
	}
	if err := d.write(records); err != nil {
		return fmt.Errorf("writing API keys: %w", err)
	}
	d.mu.Lock()
	d.checked = time.Time{} // seen here at once
	d.mu.Unlock()
	return nil
}

// current returns the records as they were 250 ms ago or later. The map is not
// to be changed.
func (d *Dir) current() (map[string]Record, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	if age := now.Sub(d.checked); !d.checked.IsZero() && age >= 0 && age < checkEvery {
		return d.records, d.failed
	}
	d.checked = now
	if d.failed == nil && d.settled && d.unchanged() {
		return d.records, nil
	}
	d.records, d.info, d.failed = d.read()
	d.settled = d.info != nil && time.Since(d.info.ModTime()) > settleAfter
	return d.records, d.failed
}

func (d *Dir) unchanged() bool {
	info, err := os.Stat(filepath.Join(d.dir, dirFile))
	return err == nil && os.SameFile(info, d.info) && info.Size() == d.info.Size() &&
		info.ModTime().Equal(d.info.ModTime()) && info.Mode() == d.info.Mode()
}

// dirContent is the file.
type dirContent struct {
	Version int      `json:"version"`
	Keys    []Record `json:"keys"`
}

// read returns what is in the file; no file is no keys.
func (d *Dir) read() (map[string]Record, fs.FileInfo, error) {
	records := make(map[string]Record)
	path := filepath.Join(d.dir, dirFile)
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return records, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s is not a regular file", path)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, nil, fmt.Errorf("%s has mode %04o, wider than 0600; chmod 600 it, and make new keys if others had access", path, mode)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxDirFile+1))
	if err != nil {
		return nil, nil, err
	}
	if len(text) > maxDirFile {
		return nil, nil, fmt.Errorf("%s has more than %d bytes", path, maxDirFile)
	}
	var content dirContent
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&content); err != nil || dec.More() {
		return nil, nil, fmt.Errorf("%s is damaged: want one JSON object as written by this program", path)
	}
	if content.Version != 1 {
		return nil, nil, fmt.Errorf("%s has version %d, this program reads version 1", path, content.Version)
	}
	for i, record := range content.Keys {
		if _, ok := records[record.Key.Key]; ok || !validKey(record.Key.Key) || len(record.Hash) != sha256.Size {
			return nil, nil, fmt.Errorf("%s is damaged: entry %d", path, i)
		}
		records[record.Key.Key] = record
	}
	return records, info, nil
}

// write replaces the file. The lock is held.
func (d *Dir) write(records map[string]Record) (err error) {
	content := dirContent{Version: 1, Keys: make([]Record, 0, len(records))}
	for _, key := range sortKeys(records) {
		content.Keys = append(content.Keys, records[key.Key])
	}
	text, err := json.MarshalIndent(content, "", "  ")
	if err != nil {
		return err
	}
	if len(text) >= maxDirFile {
		return fmt.Errorf("more than %d bytes of keys; revoke some that are not used", maxDirFile)
	}
	if left, err := filepath.Glob(filepath.Join(d.dir, dirFile+".*")); err == nil {
		for _, path := range left { // by writers that were killed: the lock is ours
			os.Remove(path)
		}
	}
	file, err := os.CreateTemp(d.dir, dirFile+".*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(file.Name())
		}
	}()
	_, err = file.Write(append(text, '\n'))
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err = os.Rename(file.Name(), filepath.Join(d.dir, dirFile)); err != nil {
		return err
	}
	return syncDir(d.dir)
}

func sortKeys(records map[string]Record) []Key {
	keys := make([]Key, 0, len(records))
	for _, record := range records {
		keys = append(keys, record.Key)
	}
	slices.SortFunc(keys, compareKeys)
	return keys
}

func compareKeys(a, b Key) int {
	if c := a.Created.Compare(b.Created); c != 0 {
		return c
	}
	return bytes.Compare([]byte(a.Key), []byte(b.Key))
}
