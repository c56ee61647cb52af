package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
)

// checkBenchReport is the script command "benchreport FILE PAYLOAD/PATHS...": the
// rows are these, and their figures such as a proof can have.
func checkBenchReport(ts *testscript.TestScript, _ bool, args []string) {
	var r benchReport
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &r))
	if r.Version != zkpass.Version || r.Procs < 1 || r.Runs < 1 {
		ts.Fatalf("report of %+v", r)
	}
	var rows []string
	for _, row := range r.Rows {
		rows = append(rows, fmt.Sprintf("%d/%d", row.PayloadBytes, row.Paths))
		if row.ProveMS < 1 || row.VerifyMS < 1 || row.ProofBytes < 30_000 || row.PeakRSSBytes < 10_000_000 {
			ts.Fatalf("row %+v", row)
		}
	}
	if !slices.Equal(rows, args[1:]) {
		ts.Fatalf("rows %v, want %v", rows, args[1:])
	}
}

// What is measured has the size that the table says, and reads every member.
func TestBenchLoad(t *testing.T) {
	for _, load := range []benchLoad{
		{payload: minBenchPayload, paths: benchPaths}, {payload: 512, paths: benchPaths}, {payload: zkpass.MaxPayload, paths: benchPaths},
		{payload: benchPayload, paths: 1}, {payload: benchPayload, paths: maxBenchPaths},
		{elements: 1, paths: 1}, {elements: maxBenchElems, paths: 1},
	} {
		data, err := load.data()
		if err != nil {
			t.Fatalf("%s: %v", load, err)
		}
		payload := []byte(`{"data":` + string(data) + `}`)
		if load.payload > 0 && len(payload) != load.payload || len(payload) > zkpass.MaxPayload {
			t.Errorf("%s: it has %d bytes", load, len(payload))
		}
		parsed, err := document.Parse(payload)
		if err != nil {
			t.Fatalf("%s: %v", load, err)
		}
		program, err := query.Compile(load.query(), []string{""})
		if err != nil {
			t.Fatalf("%s: %v", load, err)
		}
		if len(program.Paths) != load.paths {
			t.Errorf("%s: the query reads %d", load, len(program.Paths))
		}
		outputs, err := program.Eval(map[string]*document.Document{"": parsed}, time.Unix(0, 0))
		if err != nil || string(outputs.JSON) != `{"result":true}` {
			t.Errorf("%s: %s, %v", load, outputs.JSON, err)
		}
	}
	if data, err := (benchLoad{payload: minBenchPayload, paths: maxBenchPaths}).data(); err == nil {
		t.Errorf("%d bytes for %d members", len(data), maxBenchPaths)
	}
}

func TestBenchRow(t *testing.T) {
	reports := []runReport{
		{ProveMS: 30, VerifyMS: 2, ProofBytes: 7, PeakRSSBytes: 90},
		{ProveMS: 10, VerifyMS: 9, ProofBytes: 8, PeakRSSBytes: 70},
		{ProveMS: 20, VerifyMS: 4, ProofBytes: 6, PeakRSSBytes: 80},
	}
	want := benchRow{PayloadBytes: 512, Paths: 4, Algorithm: "RS256-2048", ProveMS: 20, VerifyMS: 4, ProofBytes: 8, PeakRSSBytes: 90}
	if got := (benchLoad{payload: 512, paths: 4, alg: issuerAlg{zkpass.RS256, 2048}}).row(reports); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := median([]float64{4, 1, 3, 2}); got != 2 {
		t.Errorf("median of four: %g", got)
	}
	csv, err := (&benchReport{Rows: []benchRow{want}}).csv()
	if err != nil {
		t.Fatal(err)
	}
	if want := "payload_bytes,paths,elements,algorithm,prove_ms,verify_ms,proof_bytes,peak_rss_bytes\n512,4,0,RS256-2048,20,4,8,90\n"; string(csv) != want {
		t.Errorf("got %q, want %q", csv, want)
	}
}

func TestParseKiB(t *testing.T) {
	for text, want := range map[string]int{"0.125": 128, "0.5": 512, "1": 1024, "1.5": 1536, "16": 16384} {
		if got, err := parseKiB(text); err != nil || got != want {
			t.Errorf("%s: got %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "x", "0", "-1", "0.1", "16.001", "1e9", "NaN", "Inf", "1 KiB"} {
		if got, err := parseKiB(text); err == nil {
			t.Errorf("%q: got %d", text, got)
		}
	}
}

// Whoever interrupts a benchmark gets no row, and nothing is left of it.
func TestBenchCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	if os.TempDir() != dir {
		t.Skip("the system has temporary files elsewhere")
	}
	if row, err := (benchLoad{payload: 512, paths: 4, alg: issuerAlg{alg: zkpass.ES256}}).measure(ctx, 1, func() { t.Error("a run was counted") }); err != context.Canceled {
		t.Errorf("got %+v, %v", row, err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}

// As many proofs are counted as are made, and the work is that of explain.
func TestBenchRate(t *testing.T) {
	for _, load := range []benchLoad{{payload: 512, paths: benchPaths, alg: issuerAlg{alg: zkpass.ES256}}, {elements: 40, paths: 1, alg: issuerAlg{zkpass.RS256, 2048}}} {
		begin := time.Now()
		row, err := load.rate(t.Context(), 2, 200*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		if least := 2 / time.Since(begin).Minutes(); row.proofs < least || row.proofs > 60_000 {
			t.Errorf("%s: %.0f proofs a minute, want %.0f or more", load, row.proofs, least)
		}
		if load.payload > 0 && (row.payload != 512 || row.work < 0.95 || row.work > 1.05) {
			t.Errorf("%s: %+v", load, row)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if row, err := (benchLoad{payload: 512, paths: 4, alg: issuerAlg{alg: zkpass.ES256}}).rate(ctx, 1, time.Minute); !errors.Is(err, context.Canceled) {
		t.Errorf("got %+v, %v", row, err)
	}
}

func TestErrorLine(t *testing.T) {
	for stderr, want := range map[string]string{
		"zkpass: proved in 1 s\nzkpass: error: verifying: no\nzkpass: hint: x\n": "verifying: no",
		"": "it says no more", "signal: killed\n": "it says no more",
	} {
		if got := errorLine(stderr); got != want {
			t.Errorf("%q: got %q, want %q", stderr, got, want)
		}
	}
}

// A run that fails is told with its own words, and one that answers otherwise
// than it must is no measurement.
func TestBenchRunFails(t *testing.T) {
	for text, want := range map[string]string{
		`{"==":[{"dvar":"nosuch"},1]}`: "zkpass run: exit status 1: evaluating query: ",
		`{"==":[{"dvar":"n"},2]}`:      `zkpass run: it printed "{\"result\":false}\n", want {"result":true}`,
	} {
		dir := t.TempDir()
		for name, content := range map[string]string{"data.json": `{"n":1}`, "query.json": text} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if report, err := runForReport(context.Background(), dir, issuerAlg{alg: zkpass.ES256}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %+v, %v", text, report, err)
		}
	}
}
