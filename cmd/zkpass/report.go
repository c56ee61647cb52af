package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/local"
)

// runReport is what run --report writes. Times are in milliseconds, sizes in
// bytes.
type runReport struct {
	ProveMS      float64         `json:"prove_ms"`
	VerifyMS     float64         `json:"verify_ms"`
	ProofBytes   int             `json:"proof_bytes"`
	TokenBytes   int             `json:"token_bytes"`
	PeakRSSBytes int64           `json:"peak_rss_bytes"`
	TotalMS      float64         `json:"total_ms"`
	Circuits     []circuitReport `json:"circuits"`
}

type circuitReport struct {
	Name    string `json:"name"`
	Field   string `json:"field"`
	Copies  int    `json:"copies"`
	Gates   int    `json:"gates"`
	Witness int    `json:"witness"`
}

func newRunReport(result *local.Result, verified time.Duration, circuits []libzk.CircuitInfo) *runReport {
	r := &runReport{
		ProveMS: inMilliseconds(result.Duration), VerifyMS: inMilliseconds(verified),
		ProofBytes: len(result.Proof.ZKProof), TokenBytes: len(result.Token),
		Circuits: make([]circuitReport, 0, len(circuits)),
	}
	for _, c := range circuits {
		r.Circuits = append(r.Circuits, circuitReport{c.Name, c.Field, c.Copies, c.Gates, c.Witness})
	}
	return r
}

// tryReport finds out before anything is proven whether there can be a report at a
// path, where nothing is lost.
func tryReport(path string) error {
	if path == "" {
		return nil
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("--report: %w", err)
	}
	return file.Close()
}

// write adds what the process has used so far and writes the report. It is the
// last thing that a command does.
func (r *runReport) write(path string) error {
	var err error
	if r.PeakRSSBytes, err = peakRSS(); err != nil {
		return fmt.Errorf("--report: finding the peak of memory: %w", err)
	}
	r.TotalMS = inMilliseconds(sinceProcessStart())
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("--report: %w", err)
	}
	return nil
}

// inMilliseconds keeps microseconds.
func inMilliseconds(d time.Duration) float64 { return math.Round(float64(d)/1e3) / 1e3 }
