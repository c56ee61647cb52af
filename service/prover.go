package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/attest/source"
	"github.com/zkpass-go/zkpass/service/job"
	"github.com/zkpass-go/zkpass/service/keyring"
	"github.com/zkpass-go/zkpass/service/worker"
)

// newWorker makes what proves.
func (c *Config) newWorker(queue *job.Queue, ring *keyring.Ring, known *families, logger *slog.Logger, metrics prometheus.Registerer) (*worker.Worker, error) {
	prover, err := worker.New(worker.Config{
		Jobs: queue, Keys: ring, Resolver: &zkpass.KeyFetcher{AllowedHosts: c.KeyHosts},
		Now: c.Now, Cores: proofCores(), Parallel: c.Jobs.Parallel, Memory: c.Jobs.MemoryMB << 20, Deadline: c.Jobs.Deadline, Grace: c.StopGrace,
		Logger: logger, Metrics: metrics, Command: c.Prover, ProcessPerKey: c.Jobs.PerKey,
		Families: c.ownFamilies(), Known: func(family string) bool { _, lately := known.Has(family); return lately },
	})
	if err != nil {
		return nil, fmt.Errorf("starting the prover: %w", err)
	}
	return prover, nil
}

// attester makes evidence of what this process runs, over the keys that it has.
func (c *Config) attester(ring *keyring.Ring) (evidence, error) {
	hardware, err := source.Open(c.Attestation)
	if errors.Is(err, source.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("configuration: attestation: %w", err)
	}
	return func(ctx context.Context, nonce []byte) ([]byte, error) {
		return source.Evidence(ctx, hardware, nonce, ring.Published().Keys)
	}, nil
}
