package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass"
)

// What the series that varies one quantity has of the other.
const (
	benchPaths   = 4    // as many members as the query of an ID token compares
	benchPayload = 1024 // bytes, which have room for the most paths
)

// The limits of what may be asked. The smallest payload has room for benchPaths.
const (
	minBenchPayload = 128 // bytes
	maxBenchPaths   = 64
	maxBenchElems   = 1024
	maxBenchRuns    = 100
)

// benchFlags are what bench is told.
type benchFlags struct {
	sizes []string // in KiB
	paths []int
	elems []int
	algs  []string
	runs  int
	out   string
	rate  bool
}

func newBench() *cobra.Command {
	var flags benchFlags
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "measure what proofs cost on this machine",
		Long: `Measures proofs over made-up data and prints a table: the time to prove and to
verify, the size of the proof, and the peak of memory. One series has payloads of
several sizes, one queries that compare several members, and one an array in which a
text is sought; with --sizes, --paths or --elements only the series named are measured. With several algorithms each row is
measured with each of them.

Each run is a process of its own that does what zkpass run does, and is measured as
by run --report: both times contain the compilation of all circuits, and the peak
of memory is that of proving and verifying together. Times are medians of the
runs, the peak of memory and the size are the largest. Progress goes to standard
error. The machine should have nothing else to do.

With --rate it prints how many proofs a minute this machine makes of each, with a
proof on each core and circuits compiled, as a worker under full load. Their work is
that which zkpass query explain tells of a query: proofs a minute go down as it goes up.`,
		Example: `  zkpass bench
  zkpass bench --sizes 0.5,1,16 --runs 5
  zkpass bench --paths 1,64 --runs 1 --out bench.json
  zkpass bench --sizes 0.5 --alg ES256,RS256-2048,RS256-4096,PS256-2048
  zkpass bench --out bench.csv
  zkpass bench --rate --sizes 0.5`,
		Args: wantArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			changed := cmd.Flags().Changed
			for _, name := range []string{"runs", "out"} {
				if flags.rate && changed(name) {
					return usageError(cmd, fmt.Errorf("--rate and --%s do not go together", name))
				}
			}
			if changed("sizes") || changed("paths") || changed("elements") {
				if !changed("sizes") {
					flags.sizes = nil
				}
				if !changed("paths") {
					flags.paths = nil
				}
				if !changed("elements") {
					flags.elems = nil
				}
			}
			return flags.bench(cmd)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&flags.sizes, "sizes", []string{"0.5", "1", "2", "4", "8", "16"},
		fmt.Sprintf("sizes of payloads in KiB, with %d members compared", benchPaths))
	f.IntSliceVar(&flags.paths, "paths", []int{1, 4, 16, 64},
		fmt.Sprintf("numbers of members compared, in payloads of %d KiB", benchPayload/1024))
	f.IntSliceVar(&flags.elems, "elements", []int{32, 128, 512, 1024}, "numbers of texts in an array, in payloads as large as they make them")
	f.StringSliceVar(&flags.algs, "alg", []string{string(zkpass.ES256)}, "algorithms that payloads are signed with: "+issuerAlgs)
	completeWith(cmd, "alg", issuerAlgNames...)
	f.IntVar(&flags.runs, "runs", 3, "how often each is measured")
	f.BoolVar(&flags.rate, "rate", false, "print how many proofs a minute the machine makes")
	f.StringVar(&flags.out, "out", "", "file to write the table to as well, FILE.json or FILE.csv")
	return cmd
}

func (flags *benchFlags) bench(cmd *cobra.Command) error {
	if flags.runs < 1 || flags.runs > maxBenchRuns {
		return fmt.Errorf("--runs: want 1 to %d, not %d", maxBenchRuns, flags.runs)
	}
	loads, err := flags.loads()
	if err != nil {
		return err
	}
	if flags.rate {
		return flags.rates(cmd, loads)
	}
	write, err := benchWriter(flags.out)
	if err != nil {
		return err
	}
	report := newBenchReport(flags.runs)
	for i, load := range loads {
		line := startProgress(cmd.ErrOrStderr(), fmt.Sprintf("measuring %s", load), flags.runs)
		row, err := load.measure(cmd.Context(), flags.runs, line.step)
		line.done()
		if err != nil {
			return fmt.Errorf("measuring %s: %w", load, err)
		}
		note(cmd, "%d of %d: %s: proved in %.0f ms, verified in %.0f ms", i+1, len(loads), load, row.ProveMS, row.VerifyMS)
		report.Rows = append(report.Rows, row)
	}
	if err := report.print(cmd.OutOrStdout()); err != nil {
		return err
	}
	return write(report)
}

// loads are what is to be measured, each once though both series may have it.
func (flags *benchFlags) loads() ([]benchLoad, error) {
	var loads []benchLoad
	seen := map[benchLoad]bool{}
	var algs []issuerAlg
	for _, text := range flags.algs {
		alg, err := parseIssuerAlg(text)
		if err != nil {
			return nil, fmt.Errorf("--alg: %w", err)
		}
		algs = append(algs, alg)
	}
	add := func(load benchLoad) {
		for _, load.alg = range algs {
			if !seen[load] {
				seen[load] = true
				loads = append(loads, load)
			}
		}
	}
	for _, text := range flags.sizes {
		bytes, err := parseKiB(text)
		if err != nil {
			return nil, fmt.Errorf("--sizes: %w", err)
		}
		add(benchLoad{payload: bytes, paths: benchPaths})
	}
	for _, paths := range flags.paths {
		if paths < 1 || paths > maxBenchPaths {
			return nil, fmt.Errorf("--paths: want 1 to %d, not %d", maxBenchPaths, paths)
		}
		add(benchLoad{payload: benchPayload, paths: paths})
	}
	for _, elements := range flags.elems {
		if elements < 1 || elements > maxBenchElems {
			return nil, fmt.Errorf("--elements: want 1 to %d, not %d", maxBenchElems, elements)
		}
		add(benchLoad{elements: elements, paths: 1})
	}
	if len(loads) == 0 {
		return nil, errors.New("--sizes, --paths, --elements: there is nothing to measure")
	}
	return loads, nil
}

// parseKiB reads a number of KiB, which may have a fraction, as whole bytes.
func parseKiB(text string) (int, error) {
	kib, err := strconv.ParseFloat(text, 64)
	// Written so that what is not a number is refused too.
	if err != nil || !(kib >= minBenchPayload/1024.0 && kib <= zkpass.MaxPayload/1024.0) {
		return 0, fmt.Errorf("want %g to %d KiB, not %q", minBenchPayload/1024.0, zkpass.MaxPayload/1024, text)
	}
	return int(kib * 1024), nil
}

// benchWriter returns what writes a report to a file, in the format that the
// file's name tells. It finds out before anything is measured whether there can
// be such a file.
func benchWriter(path string) (func(*benchReport) error, error) {
	if path == "" {
		return func(*benchReport) error { return nil }, nil
	}
	var format func(*benchReport) ([]byte, error)
	switch filepath.Ext(path) {
	case ".json":
		format = (*benchReport).json
	case ".csv":
		format = (*benchReport).csv
	default:
		return nil, fmt.Errorf("--out: want a file that ends in .json or .csv, not %q", path)
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("--out: %w", err)
	}
	return func(r *benchReport) error {
		text, err := format(r)
		if err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
		return nil
	}, nil
}
