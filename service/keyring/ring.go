package keyring

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/zkpass-go/zkpass"
)

// Options are settings of a [Ring]. Zero values stand for the defaults.
type Options struct {
	// Period is how long a key is in use, [DefaultPeriod]; more than Ahead.
	Period time.Duration
	// Ahead is how long a key is published before it is used, [DefaultAhead]. A
	// verifier or holder may cache the JWKS for so long.
	Ahead time.Duration
	// Retain is how long a signing key stays published after its use,
	// [DefaultRetain]; at least [MinRetain]. It must exceed the lifetime of
	// results plus the verifiers' ttl.
	Retain time.Duration
	// Now tells the time; nil stands for [time.Now].
	Now func() time.Time
	// Logger is told of keys made and deleted; nil for none.
	Logger *slog.Logger
}

// ErrUnknownKey means that no key has the id: it was deleted, or never was here.
var ErrUnknownKey = zkpass.ErrUnknownKey

// Ring is the keys in a directory. It is safe for concurrent use. Several rings,
// in one process or many, may share the directory.
type Ring struct {
	dir    string
	timing timing
	now    func() time.Time
	logger *slog.Logger

	mu        sync.Mutex
	entries   []*entry
	scanned   time.Time
	published Published
	until     time.Time // published holds before it
}

// Open reads the keys of a directory. It makes the directory if there is none,
// and a key of each use for at once if there is none. A directory wider than 0700
// and a file wider than 0600 are refused with [ErrMode].
func Open(dir string, options Options) (*Ring, error) {
	r := &Ring{
		dir: dir,
		timing: timing{
			period: cmp.Or(options.Period, DefaultPeriod),
			ahead:  cmp.Or(options.Ahead, DefaultAhead),
			retain: cmp.Or(options.Retain, DefaultRetain),
		},
		now: options.Now, logger: options.Logger,
	}
	if r.now == nil {
		r.now = time.Now
	}
	if r.logger == nil {
		r.logger = slog.New(slog.DiscardHandler)
	}
	if err := r.timing.check(); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.refresh(); err != nil {
		return nil, err
	}
	return r, nil
}

func (t timing) check() error {
	switch {
	case t.ahead <= 0:
		return fmt.Errorf("keys: ahead of %s: want more than 0", t.ahead)
	case t.period <= t.ahead:
		return fmt.Errorf("keys: period of %s: want more than %s, for which a key is published before its use", t.period, t.ahead)
	case t.retain < MinRetain:
		return fmt.Errorf("keys: retain of %s: want %s or more", t.retain, MinRetain)
	}
	return nil
}

// scan reads the directory. Keys do not change, so those known are kept.
func (r *Ring) scan() error {
	if err := openDir(r.dir); err != nil {
		return err
	}
	names, err := os.ReadDir(r.dir)
	if err != nil {
		return fmt.Errorf("reading the key directory: %w", err)
	}
	var entries []*entry
	for _, name := range names {
		r.sweep(name)
		u, number, ok := parseName(name.Name())
		if !ok {
			continue
		}
		e, err := readFile(r.dir, u, number)
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted in this moment by another process
		}
		if err != nil {
			return fmt.Errorf("reading keys: %w", err)
		}
		if same := slices.IndexFunc(entries, func(other *entry) bool { return other.key.Public().ID() == e.key.Public().ID() }); same >= 0 {
			return fmt.Errorf("reading keys: %s and %s have the same key id", entries[same].path, e.path)
		}
		entries = append(entries, e)
	}
	r.entries, r.scanned, r.until = entries, r.now(), time.Time{}
	return nil
}

// sweep deletes what a crash has left half written.
func (r *Ring) sweep(name os.DirEntry) {
	if !strings.HasPrefix(name.Name(), unfinished) {
		return
	}
	if info, err := name.Info(); err == nil && time.Since(info.ModTime()) > unfinishedAge {
		os.Remove(filepath.Join(r.dir, name.Name()))
	}
}

// refresh reads the directory and makes the keys that are due. Whoever comes first
// makes a key; the others find it. A ring that has keys never ends up without.
func (r *Ring) refresh() error {
	before := r.entries
	if err := r.scan(); err != nil {
		return err
	}
	for _, u := range []use{signing, encryption} {
		_, stamps := r.of(u)
		active, due := r.timing.due(stamps, r.now())
		if !due {
			continue
		}
		if _, err := r.add(u, active, false); err != nil {
			if len(stamps) == 0 {
				r.entries = before
			}
			return err
		}
	}
	return nil
}

// add makes a key with the next number and reads the directory again. It made none
// if another process was faster.
func (r *Ring) add(u use, active time.Time, breaks bool) (made bool, err error) {
	_, stamps := r.of(u)
	s := stamp{number: 1, created: r.now(), active: active, breaks: breaks}
	for _, known := range stamps {
		s.number = max(s.number, known.number+1)
	}
	err = create(r.dir, u, s)
	switch {
	case err == nil:
		r.logger.Info("key made", "use", string(u), "number", s.number, "active", active.UTC().Format(time.RFC3339), "leaked", breaks)
	case !errors.Is(err, fs.ErrExist):
		return false, fmt.Errorf("making %s: %w", fileName(u, s.number), err)
	}
	return err == nil, r.scan()
}

// of returns the keys of one use and their stamps.
func (r *Ring) of(u use) (entries []*entry, stamps []stamp) {
	for _, e := range r.entries {
		if e.use == u {
			entries = append(entries, e)
			stamps = append(stamps, e.stamp)
		}
	}
	return entries, stamps
}

// in returns the keys of one use that stand somewhere.
func (r *Ring) in(u use, s state) []*entry {
	entries, stamps := r.of(u)
	var found []*entry
	for i, at := range r.timing.stand(u, stamps, r.now(), queue{}) {
		if at.state == s {
			found = append(found, entries[i])
		}
	}
	slices.SortFunc(found, func(a, b *entry) int { return cmp.Compare(a.number, b.number) })
	return found
}

// Signing returns the key to sign with now.
func (r *Ring) Signing() *zkpass.PrivateKey {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.in(signing, current)[0].key
}

// rescanWait is how soon after another a scan may follow for an unknown id.
const rescanWait = time.Second

// Decryption returns the key with an id, in whatever state: jobs that are queued
// are decrypted with old keys too. Without one the error wraps [ErrUnknownKey].
func (r *Ring) Decryption(kid string) (*zkpass.PrivateKey, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := r.decryption(kid)
	if age := r.now().Sub(r.scanned); key == nil && (age > rescanWait || age < 0) {
		if err := r.refresh(); err != nil {
			return nil, err
		}
		key = r.decryption(kid)
	}
	if key == nil {
		return nil, fmt.Errorf("%w: no key for decryption in %s has the id asked for", ErrUnknownKey, r.dir)
	}
	return key, nil
}

func (r *Ring) decryption(kid string) *zkpass.PrivateKey {
	for _, e := range r.entries {
		if e.use == encryption && e.key.Public().ID() == kid {
			return e.key
		}
	}
	return nil
}

// Rotate makes new keys of both uses, for use after they have been published for
// Options.Ahead. Keys that wait for their use already are those new keys: then it
// does nothing.
//
// With leaked, for keys that others may have seen, the new keys are in use at
// once, and no earlier key counts any more: they leave the JWKS, so that what they
// have signed is refused by verifiers who fetch it anew, and nothing that is
// encrypted to them is accepted. Jobs accepted before are still decrypted.
func (r *Ring) Rotate(leaked bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.refresh(); err != nil {
		return err
	}
	for _, u := range []use{signing, encryption} {
		active := r.now()
		if !leaked {
			if len(r.in(u, next)) > 0 {
				continue
			}
			active = active.Add(r.timing.ahead)
		}
		made, err := r.add(u, active, leaked)
		// A key that another process made in this moment need not be one that breaks
		// with the leaked ones.
		for attempt := 0; err == nil && !made && leaked; attempt++ {
			if attempt == maxRotations {
				return fmt.Errorf("making a key in %s: others make keys all the time", r.dir)
			}
			made, err = r.add(u, active, leaked)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

const maxRotations = 100

// interval is how often Run looks at the directory and the clock.
const interval = 3 * time.Second

// Run reads the directory again and again until ctx ends, makes keys that are due
// and deletes those that nobody needs. oldestQueued tells when the oldest job that
// has not ended was accepted, and whether there is one; if it is nil or fails, no
// key for decryption is deleted.
func (r *Ring) Run(ctx context.Context, oldestQueued func(context.Context) (time.Time, bool, error)) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		if err := r.Tick(ctx, oldestQueued); err != nil && ctx.Err() == nil {
			r.logger.Error("looking after keys", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Tick does once what [Ring.Run] does again and again.
func (r *Ring) Tick(ctx context.Context, oldestQueued func(context.Context) (time.Time, bool, error)) error {
	// Asked before the clock is read, and without the lock: it may take a while.
	jobs := queue{}
	var failed error
	if oldestQueued != nil {
		oldest, some, err := oldestQueued(ctx)
		if err != nil {
			failed = fmt.Errorf("asking for the oldest job: %w", err)
		} else if jobs.known = true; some {
			jobs.oldest = oldest
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.refresh(); err != nil {
		return err
	}
	return errors.Join(failed, r.deleteExpired(jobs))
}

func (r *Ring) deleteExpired(jobs queue) error {
	deleted := false
	for _, u := range []use{signing, encryption} {
		entries, stamps := r.of(u)
		for i, at := range r.timing.stand(u, stamps, r.now(), jobs) {
			if at.state != expired {
				continue
			}
			if err := os.Remove(entries[i].path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("deleting an old key: %w", err)
			}
			deleted = true
			r.logger.Info("key deleted", "use", string(u), "number", stamps[i].number, "ended", at.ended.UTC().Format(time.RFC3339))
		}
	}
	if !deleted {
		return nil
	}
	return errors.Join(syncDir(r.dir), r.scan())
}
