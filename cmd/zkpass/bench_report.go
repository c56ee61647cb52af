package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"text/tabwriter"

	"github.com/zkpass-go/zkpass"
)

// benchReport is what bench measures. Times are in milliseconds, sizes in bytes.
type benchReport struct {
	Version string     `json:"version"`
	Go      string     `json:"go"`
	OS      string     `json:"os"`
	Arch    string     `json:"arch"`
	Procs   int        `json:"gomaxprocs"`
	Runs    int        `json:"runs"`
	Rows    []benchRow `json:"rows"`
}

type benchRow struct {
	PayloadBytes int     `json:"payload_bytes"`
	Paths        int     `json:"paths"`
	Elements     int     `json:"elements"`
	Algorithm    string  `json:"algorithm"`
	ProveMS      float64 `json:"prove_ms"`
	VerifyMS     float64 `json:"verify_ms"`
	ProofBytes   int     `json:"proof_bytes"`
	PeakRSSBytes int64   `json:"peak_rss_bytes"`
}

func newBenchReport(runs int) *benchReport {
	return &benchReport{
		Version: zkpass.Version, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		Procs: runtime.GOMAXPROCS(0), Runs: runs,
	}
}

// print writes the table for people; 1 MB is 1,000,000 bytes.
func (r *benchReport) print(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "payload, KiB\tpaths\telements\talgorithm\tprove, ms\tverify, ms\tproof, bytes\tpeak memory, MB\t")
	for _, row := range r.Rows {
		fmt.Fprintf(table, "%.4g\t%d\t%d\t%s\t%.0f\t%.0f\t%d\t%.0f\t\n", float64(row.PayloadBytes)/1024, row.Paths, row.Elements, row.Algorithm,
			row.ProveMS, row.VerifyMS, row.ProofBytes, float64(row.PeakRSSBytes)/1e6)
	}
	return table.Flush()
}

func (r *benchReport) json() ([]byte, error) {
	text, err := json.MarshalIndent(r, "", "  ")
	return append(text, '\n'), err
}

// csv has the rows alone, under the names that they have in JSON.
func (r *benchReport) csv() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	lines := [][]string{{"payload_bytes", "paths", "elements", "algorithm", "prove_ms", "verify_ms", "proof_bytes", "peak_rss_bytes"}}
	for _, row := range r.Rows {
		lines = append(lines, []string{
			strconv.Itoa(row.PayloadBytes), strconv.Itoa(row.Paths), strconv.Itoa(row.Elements), row.Algorithm, inDecimals(row.ProveMS), inDecimals(row.VerifyMS),
			strconv.Itoa(row.ProofBytes), strconv.FormatInt(row.PeakRSSBytes, 10),
		})
	}
	if err := w.WriteAll(lines); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func inDecimals(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
