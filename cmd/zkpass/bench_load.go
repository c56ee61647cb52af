package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// benchLoad is what one row of a benchmark measures: a query that compares some
// members of a document, all of which are equal, or that seeks a text in an array.
type benchLoad struct {
	payload  int // bytes of the token's payload; 0: what elements make
	paths    int // members compared
	elements int // of the array; 0: there is none
	alg      issuerAlg
}

func (l benchLoad) String() string {
	if l.elements > 0 {
		return fmt.Sprintf("array of %s, %s", plural(l.elements, "text"), l.alg)
	}
	return fmt.Sprintf("payload of %.4g KiB, %s, %s", float64(l.payload)/1024, plural(l.paths, "path"), l.alg)
}

// data is the member "data" of the payload, which has the size wanted to the
// byte: what the members leave is a string that nobody reads.
func (l benchLoad) data() ([]byte, error) {
	var b bytes.Buffer
	if l.elements > 0 {
		b.WriteString(`{"groups":["g0000"`)
		for i := 1; i < l.elements; i++ {
			fmt.Fprintf(&b, `,"g%04d"`, i)
		}
		b.WriteString(`]}`)
		return b.Bytes(), nil
	}
	b.WriteByte('{')
	for i := range l.paths {
		fmt.Fprintf(&b, `"p%02d":"v%02d",`, i, i)
	}
	const fill, end, around = `"fill":"`, `"}`, `{"data":}`
	room := l.payload - b.Len() - len(fill) - len(end) - len(around)
	if room < 0 {
		return nil, fmt.Errorf("%d bytes more are needed", -room)
	}
	b.WriteString(fill)
	b.WriteString(strings.Repeat("x", room))
	b.WriteString(end)
	return b.Bytes(), nil
}

func (l benchLoad) query() []byte {
	if l.elements > 0 {
		return fmt.Appendf(nil, `{"==":[{"dvar":"groups[]"},"g%04d","or"]}`, l.elements-1)
	}
	var b bytes.Buffer
	for i := range l.paths {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"==":[{"dvar":"p%02d"},"v%02d"]}`, i, i)
	}
	return fmt.Appendf(nil, `{"and":[%s]}`, b.Bytes())
}

// write writes data.json and query.json to a directory and returns the size of the payload.
func (l benchLoad) write(dir string) (payload int, err error) {
	data, err := l.data()
	if err != nil {
		return 0, err
	}
	return len(data) + len(`{"data":}`), errors.Join(
		os.WriteFile(filepath.Join(dir, "data.json"), data, 0o600),
		os.WriteFile(filepath.Join(dir, "query.json"), l.query(), 0o600),
	)
}

// measure measures some runs and combines them into a row. It calls step after
// each.
func (l benchLoad) measure(ctx context.Context, runs int, step func()) (benchRow, error) {
	dir, err := os.MkdirTemp("", "zkpass-bench-")
	if err != nil {
		return benchRow{}, err
	}
	defer os.RemoveAll(dir)
	if l.payload, err = l.write(dir); err != nil {
		return benchRow{}, err
	}
	reports := make([]runReport, runs)
	for i := range reports {
		if reports[i], err = runForReport(ctx, dir, l.alg); err != nil {
			return benchRow{}, err
		}
		step()
	}
	return l.row(reports), nil
}

// runForReport runs data.json and query.json of a directory in a process of its own, since
// a process has but one peak of memory and compiles circuits but once.
func runForReport(ctx context.Context, dir string, alg issuerAlg) (report runReport, err error) {
	program, err := os.Executable()
	if err != nil {
		return report, err
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, program, "run", "-u", "./data.json", "-q", "./query.json", "--alg", alg.String(), "--report", "report.json")
	cmd.Args[0] = "zkpass"
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return report, ctx.Err()
		}
		return report, fmt.Errorf("zkpass run: %w: %s", err, errorLine(stderr.String()))
	}
	if want := `{"result":true}`; strings.TrimSpace(stdout.String()) != want {
		return report, fmt.Errorf("zkpass run: it printed %.80q, want %s", stdout.String(), want)
	}
	text, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		return report, err
	}
	if err := os.Remove(filepath.Join(dir, "report.json")); err != nil {
		return report, err
	}
	if err := json.Unmarshal(text, &report); err != nil {
		return report, fmt.Errorf("reading the report of zkpass run: %w", err)
	}
	return report, nil
}

// errorLine finds the error in what a command has written to standard error.
func errorLine(stderr string) string {
	for line := range strings.Lines(stderr) {
		if text, ok := strings.CutPrefix(line, "zkpass: error: "); ok {
			return strings.TrimSpace(text)
		}
	}
	return "it says no more"
}

// row combines the reports of one run or more.
func (l benchLoad) row(reports []runReport) benchRow {
	row := benchRow{PayloadBytes: l.payload, Paths: l.paths, Elements: l.elements, Algorithm: l.alg.String()}
	prove, verify := make([]float64, len(reports)), make([]float64, len(reports))
	for i, r := range reports {
		prove[i], verify[i] = r.ProveMS, r.VerifyMS
		row.ProofBytes = max(row.ProofBytes, r.ProofBytes)
		row.PeakRSSBytes = max(row.PeakRSSBytes, r.PeakRSSBytes)
	}
	row.ProveMS, row.VerifyMS = median(prove), median(verify)
	return row
}

// median sorts its argument. Of an even number it is the lower one in the middle,
// a time that was measured.
func median(times []float64) float64 {
	slices.Sort(times)
	return times[(len(times)-1)/2]
}
