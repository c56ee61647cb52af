package service

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/zkpass-go/zkpass/service/jetstream"
)

const (
	healInterval = 5 * time.Second
	// healAfter is how many probes must fail in a row: a machine under load is slow,
	// and not broken.
	healAfter = 3
)

// probed is what tells by a write whether the store works.
type probed interface {
	Probe(ctx context.Context) error
}

// heal watches over the embedded store until ctx ends: when a write has failed, after
// which the store takes nothing more by itself, it is opened again. Jobs and requests
// that are under way find it again. An error means that only a new process helps.
func (c *Config) heal(ctx context.Context, server *jetstream.Server, store probed, logger *slog.Logger) error {
	tick := time.NewTicker(healInterval)
	defer tick.Stop()
	ballast := filepath.Join(c.DataDir, ballastFile)
	for failed := 0; ; {
		c.keepBallast(ballast, logger)
		broken := false
		select {
		case <-ctx.Done():
			return nil
		case <-server.Broken():
			broken = true
		case <-tick.C:
			err := store.Probe(ctx)
			failed++
			if err == nil {
				failed = 0
			}
			broken = failed >= healAfter
		}
		if !broken || ctx.Err() != nil {
			continue
		}
		logger.Error("the store does not take what is written; opening it again")
		_ = os.Remove(ballast)
		if err := server.Reopen(ctx); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		failed = 0
		// Not at once again: what has broken it may last.
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(healInterval):
		}
	}
}

// ballastFile is a file of nothing in the data directory. When others fill the disk it
// goes, so that jobs can still end and results be deleted, which takes a little space.
const (
	ballastFile = "ballast"
	ballastSize = 16 << 20
)

// keepBallast makes the file if there is none and space enough.
func (c *Config) keepBallast(path string, logger *slog.Logger) {
	if _, err := os.Stat(path); err == nil || c.Space.FreeMB == 0 {
		return
	}
	free, err := freeSpace(c.DataDir)
	if err != nil || free < c.Space.FreeMB<<20+ballastSize {
		return
	}
	if err := allocate(path, ballastSize); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		os.Remove(path)
		logger.Debug("no ballast", "error", err)
	}
}
