// Package source makes attestation evidence on the machine that it runs on: it
// talks to the device of AMD SEV-SNP, Intel TDX or AWS Nitro Enclaves. It is for
// services; those who check evidence need package attest alone, and link no code for
// devices then.
package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/attest"
)

// ErrNone tells that there is no hardware to give evidence, or that none is wanted.
var ErrNone = errors.New("no attestation hardware")

// Source is hardware that signs reports. Its methods are safe for concurrent use.
type Source interface {
	// Platform names the kind of hardware.
	Platform() attest.Platform
	// Report returns a report over data and, on Nitro, nonce, in the form that
	// [attest.Evidence] tells. It may take seconds.
	Report(ctx context.Context, data [64]byte, nonce []byte) ([]byte, error)
}

// Evidence returns the JSON text that a service answers for a nonce. keys are all
// keys that it publishes; it must take them from where it keeps their private parts,
// and not from anything that somebody else can change.
func Evidence(ctx context.Context, s Source, nonce []byte, keys *zkpass.KeySet) ([]byte, error) {
	data, err := attest.ReportData(nonce, keys)
	if err != nil {
		return nil, fmt.Errorf("making evidence: %w", err)
	}
	report, err := s.Report(ctx, data, nonce)
	if err != nil {
		return nil, fmt.Errorf("making evidence: getting a report from %s: %w", s.Platform(), err)
	}
	evidence, err := attest.NewEvidence(s.Platform(), nonce, keys, report)
	if err != nil {
		return nil, fmt.Errorf("making evidence: %w", err)
	}
	return json.Marshal(evidence)
}

// device is a Source that serves one caller at a time, as the hardware does.
type device struct {
	platform attest.Platform
	turn     chan struct{} // capacity 1
	read     func(data [64]byte, nonce []byte) ([]byte, error)
}

func newDevice(platform attest.Platform, read func(data [64]byte, nonce []byte) ([]byte, error)) *device {
	return &device{platform: platform, turn: make(chan struct{}, 1), read: read}
}

func (d *device) Platform() attest.Platform { return d.platform }

func (d *device) Report(ctx context.Context, data [64]byte, nonce []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return d.read(data, nonce)
}
