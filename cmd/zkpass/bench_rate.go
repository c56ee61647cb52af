package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/query"
)

// rateTime is for how long proofs are counted, once circuits are compiled.
const rateTime = 10 * time.Second

// benchRate is a row of what bench --rate prints.
type benchRate struct {
	payload      int
	work, proofs float64 // of a proof; in a minute
}

// rates prints how many proofs of each kind this machine makes in a minute, and their work.
func (flags *benchFlags) rates(cmd *cobra.Command, loads []benchLoad) error {
	cores := runtime.GOMAXPROCS(0)
	libzk.LimitCores(1) // as in a worker whose places are all taken
	defer libzk.LimitCores(0)
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "payload, KiB\tpaths\telements\talgorithm\twork\tproofs a minute\ta core\t")
	for i, load := range loads {
		line := startProgress(cmd.ErrOrStderr(), fmt.Sprintf("counting proofs, %s", load), 1)
		row, err := load.rate(cmd.Context(), cores, rateTime)
		line.done()
		if err != nil {
			return fmt.Errorf("counting proofs, %s: %w", load, err)
		}
		note(cmd, "%d of %d: %s: %.0f proofs a minute", i+1, len(loads), load, row.proofs)
		fmt.Fprintf(table, "%.4g\t%d\t%d\t%s\t%.2f\t%.0f\t%.0f\t\n", float64(row.payload)/1024, load.paths, load.elements, load.alg, row.work, row.proofs, row.proofs/float64(cores))
	}
	return table.Flush()
}

// rate counts proofs for so long, one at a time on each core.
func (l benchLoad) rate(ctx context.Context, cores int, d time.Duration) (row benchRate, err error) {
	dir, err := os.MkdirTemp("", "zkpass-bench-")
	if err != nil {
		return row, err
	}
	defer os.RemoveAll(dir)
	if row.payload, err = l.write(dir); err != nil {
		return row, err
	}
	documents := &runDocuments{make(map[string]zkpass.UserDataRequest), make(map[string]string)}
	if err := documents.sign([]string{filepath.Join(dir, "data.json")}, []string{l.alg.String()}); err != nil {
		return row, err
	}
	request, err := documents.request(filepath.Join(dir, "query.json"), zkpass.LibZK)
	if err != nil {
		return row, err
	}
	program, err := query.Compile(l.query(), []string{""})
	if err != nil {
		return row, err
	}
	cost, err := newQueryCost(program, row.payload, issuerAlgOf{"": l.alg})
	if err != nil {
		return row, err
	}
	row.work = cost.Work
	prove := func() error {
		_, err := local.Prove(ctx, request, documents.tokens, local.Options{})
		return err
	}
	if err := prove(); err != nil { // compiles circuits
		return row, err
	}
	rates, failed := make([]float64, cores), make([]error, cores)
	var all sync.WaitGroup
	for i := range cores {
		all.Go(func() {
			begin, n := time.Now(), 0
			for failed[i] == nil && time.Since(begin) < d {
				failed[i] = prove()
				n++
			}
			rates[i] = float64(n) / time.Since(begin).Minutes()
		})
	}
	all.Wait()
	for _, r := range rates {
		row.proofs += r
	}
	return row, errors.Join(failed...)
}
