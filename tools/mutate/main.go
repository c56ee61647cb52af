// Command mutate finds checks that no test would miss. It makes one change at a
// time to the proof system or the zkVM (a check, a row, a term, an absorbed message, a
// mask or a challenge is dropped or made constant), runs the tests that should
// notice, and keeps what came of it.
//
//	go run -C tools ./mutate -list                       all changes, without running any
//	go run -C tools ./mutate                             go on where the result file ends
//	go run -C tools ./mutate -shard 1/4                  a quarter of them
//	go run -C tools ./mutate -sample 10                  ten drawn at random
//	go run -C tools ./mutate -only 'zkvm/signing.go'     those whose name matches
//
// The plan says which files are changed and which tests should notice. All changes are
// compiled into one test binary for each package of tests, each behind a switch, and a variable of the environment
// turns one on: so a change costs the run of its tests alone. Each test is run once without a change,
// to learn how long it takes and which changes it reaches; only those that reach a change are run with it, the quickest first, until
// one fails. Files are never touched: the compiler reads what is changed by an overlay.
//
// A change that survives, or that no test reaches, is an error, unless the file of equivalent changes has a reason for it. Results name the
// commit that they were found at; a change is known by its place and its text, so that results
// outlive other changes of the file.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"time"
)

type options struct {
	root, plan, results, equivalent string
	list, again, noVectors          bool
	shard, only, tests, work        string
	sample                          int
	timeout, budget                 time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.root, "root", "..", "directory of the module")
	flag.StringVar(&o.plan, "plan", "mutate/plan.json", "which files are changed, and the tests that should notice")
	flag.StringVar(&o.results, "results", "mutate/results.jsonl", "file of results, added to")
	flag.StringVar(&o.equivalent, "equivalent", "mutate/equivalent.json", "changes that change nothing, each with its reason")
	flag.BoolVar(&o.list, "list", false, "print the changes and run none")
	flag.BoolVar(&o.again, "again", false, "run changes that have a result too")
	flag.BoolVar(&o.noVectors, "no-vectors", false, "run the tests without the reference vectors")
	flag.StringVar(&o.shard, "shard", "", "I/N: every N-th change, from the I-th")
	flag.StringVar(&o.only, "only", "", "changes whose name matches this regular expression")
	flag.StringVar(&o.tests, "tests", ".", "only tests whose name matches this regular expression; keeps only what they notice")
	flag.StringVar(&o.work, "work", filepath.Join(os.TempDir(), "zkpass-mutate"), "directory for test binaries, and for what their tests reach, which a later run of the same binary uses again")
	flag.IntVar(&o.sample, "sample", 0, "this many changes, drawn at random; keeps no results")
	flag.DurationVar(&o.budget, "budget", 0, "for the tests of a change, by what they take without it: what then is still open is left for a later run; 0 for all tests")
	flag.DurationVar(&o.timeout, "timeout", 10*time.Minute, "for a run of tests; a change that takes longer, or forty times what a processor takes without, counts as noticed")
	flag.Parse()
	if flag.NArg() > 0 {
		fail(fmt.Errorf("unexpected argument %q", flag.Arg(0)))
	}
	debug.SetGCPercent(400)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := o.run(ctx); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "mutate: error:", err)
	os.Exit(1)
}

func (o *options) run(ctx context.Context) error {
	root, err := filepath.Abs(o.root)
	if err != nil {
		return err
	}
	p, err := readPlan(ctx, root, o.plan)
	if err != nil {
		return err
	}
	equivalent, err := readEquivalent(o.equivalent, p.mutants)
	if err != nil {
		return err
	}
	known, err := readResults(o.results)
	if err != nil {
		return err
	}
	mutants, err := o.choose(p.mutants)
	if err != nil {
		return err
	}
	if o.list {
		for _, m := range mutants {
			fmt.Printf("%s\n\t%s\n", m.Name, m.Text)
		}
		fmt.Printf("%d changes\n", len(mutants))
		return nil
	}
	commit, err := commitOf(ctx, root)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.work, 0o700); err != nil {
		return err
	}
	o.noVectors = o.noVectors || os.Getenv("ZKPASS_VECTORS") == ""
	runner := &runner{root: root, dir: o.work, plan: p, tests: o.tests, timeout: o.timeout, budget: o.budget, noVectors: o.noVectors}
	counts := map[outcome]int{}
	var done, excused int
	for i, m := range mutants {
		if _, ok := equivalent[m.Name]; ok {
			excused++
			continue
		}
		r, ok := known[key{m.Name, o.noVectors}]
		if !ok || o.again || o.sample > 0 {
			start := time.Now()
			outcome, by, err := runner.try(ctx, m)
			if err != nil {
				return err
			}
			r = result{Name: m.Name, Text: m.Text, Outcome: outcome, By: by, NoVectors: o.noVectors, Commit: commit, Seconds: int(time.Since(start).Seconds())}
			if o.sample == 0 && outcome != open && (o.tests == "." || outcome == noticed) {
				if err := appendResult(o.results, r); err != nil {
					return err
				}
			}
			done++
			fmt.Fprintf(os.Stderr, "mutate: %d of %d: %s %s\n", i+1, len(mutants), r.Outcome, m.Name)
		}
		counts[r.Outcome]++
		if r.Outcome == survived || r.Outcome == unreached {
			fmt.Printf("%s: %s\n\t%s\n", r.Outcome, r.Name, r.Text)
		}
	}
	fmt.Printf("%d changes, %d run now: %d noticed, %d equivalent by %s, %d survived, %d reached by no test, %d open\n", len(mutants), done, counts[noticed], excused, o.equivalent, counts[survived], counts[unreached], counts[open])
	if n := counts[survived] + counts[unreached]; n > 0 {
		return fmt.Errorf("%d changes that no test notices", n)
	}
	return nil
}

// choose takes what the flags ask for.
func (o *options) choose(all []mutant) (out []mutant, err error) {
	only, err := regexp.Compile(o.only)
	if err != nil {
		return nil, fmt.Errorf("-only: %w", err)
	}
	from, every := 1, 1
	if o.shard != "" {
		if _, err := fmt.Sscanf(o.shard, "%d/%d", &from, &every); err != nil || from < 1 || every < 1 || from > every || strings.Count(o.shard, "/") != 1 {
			return nil, fmt.Errorf("-shard %q: want I/N with I from 1 to N", o.shard)
		}
	}
	for i, m := range all {
		if only.MatchString(m.Name) && i%every == from-1 {
			out = append(out, m)
		}
	}
	if o.sample > 0 && o.sample < len(out) {
		rand.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
		out = out[:o.sample]
	}
	return out, nil
}
