package worker

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/verify"
)

// memoryCase is a statement whose proof is measured.
type memoryCase struct {
	name      string
	query     string
	payloads  map[string]string
	algorithm zkpass.Algorithm
}

// filled is a payload of so many bytes with some members.
func filled(size int, members string) string {
	rest := size - len(`{"pad":"",}`) - len(members)
	return `{"pad":"` + strings.Repeat("x", max(rest, 0)) + `",` + members + `}`
}

func join(n int, format string) string {
	var items []string
	for i := range n {
		items = append(items, fmt.Sprintf(format, i))
	}
	return strings.Join(items, ",")
}

func and(questions ...string) string {
	return `[{"output":{"r":{"and":[` + strings.Join(questions, ",") + `]}}}]`
}

// memoryCases go from the smallest proofs to the largest, over everything that takes
// memory: bytes, members, arrays, operations, documents, and kinds of signature.
func memoryCases() []memoryCase {
	one := func(payload string) map[string]string { return map[string]string{"": payload} }
	var cases []memoryCase
	for _, size := range []int{300, 1000, 4000, 8000, 16000} {
		for _, members := range []int{1, 16, 64} {
			if size < 20*members || size == 8000 && members != 16 {
				continue
			}
			cases = append(cases, memoryCase{fmt.Sprintf("%d bytes, %d members", size, members),
				and(join(members, `{"==":[{"dvar":"m%[1]d"},%[1]d]}`)), one(filled(size, join(members, `"m%[1]d":%[1]d`))), zkpass.ES256})
		}
	}
	for _, size := range []int{1000, 4000, 16000} {
		for _, arrays := range []int{1, 8} {
			cases = append(cases, memoryCase{fmt.Sprintf("%d bytes, %d arrays", size, arrays),
				and(join(arrays, `{"==":[{"dvar":"a%d[?k == 'x'].v"},1]}`), `{"==":[1,1]}`), one(filled(size, join(arrays, `"a%d":[{"k":"x","v":1},{"k":"y","v":2}]`))), zkpass.ES256})
		}
	}
	cases = append(cases,
		memoryCase{"16000 bytes, 56 members, 8 arrays", and(join(56, `{"==":[{"dvar":"m%[1]d"},%[1]d]}`), join(8, `{"==":[{"dvar":"a%d[].v"},1]}`)),
			one(filled(16000, join(56, `"m%[1]d":%[1]d`)+","+join(8, `"a%d":[{"v":1},{"v":1}]`))), zkpass.ES256},
		memoryCase{"433 bytes, 250 ages over an array", and(join(250, `{">":[{"get_age":[{"dvar":"a[]"},"YYYY-MM-DD"]},%d]}`)),
			one(filled(433, `"a":[`+strings.Repeat(`"1001-01-01",`, 29)+`"1002-02-02"]`)), zkpass.ES256},
		memoryCase{"4000 bytes, 32 contains", and(join(32, `{"contains":[{"dvar":"s"},"<%d>"]}`)), one(filled(4000, `"s":"`+join(32, "<%d>")+`"`)), zkpass.ES256},
		memoryCase{"1000 bytes, 16 strings with escapes", and(join(16, `{"~==":[{"dvar":"m%[1]d"},"A%[1]d"]}`)), one(filled(1000, join(16, `"m%[1]d":"\u0061%[1]d"`))), zkpass.ES256},
		memoryCase{"600 bytes, ES256", and(`{"==":[{"dvar":"a"},1]}`, `{"==":[1,1]}`), one(filled(600, `"a":1`)), zkpass.ES256},
		memoryCase{"600 bytes, RS256", and(`{"==":[{"dvar":"a"},1]}`, `{"==":[1,1]}`), one(filled(600, `"a":1`)), zkpass.RS256},
		memoryCase{"4000 bytes, 16 members, PS256", and(join(16, `{"==":[{"dvar":"m%[1]d"},%[1]d]}`)), one(filled(4000, join(16, `"m%[1]d":%[1]d`))), zkpass.PS256},
	)
	for _, size := range []int{1000, 8000} {
		documents := map[string]string{}
		var questions []string
		for _, tag := range []string{"a", "b", "c", "d"} {
			documents[tag] = filled(size, join(4, `"m%[1]d":%[1]d`))
			questions = append(questions, join(4, `{"==":[{"dvar":"`+tag+`.m%[1]d"},%[1]d]}`))
		}
		cases = append(cases, memoryCase{fmt.Sprintf("4 documents of %d bytes, 4 members each", size), and(questions...), documents, zkpass.ES256})
	}
	return cases
}

func (c *memoryCase) task(t testing.TB) *task {
	t.Helper()
	issuer, verifier := newKey(t, c.algorithm), newKey(t, zkpass.ES256)
	requests, tokens := map[string]zkpass.UserDataRequest{}, map[string]string{}
	for tag, payload := range c.payloads {
		token, err := zkpass.SignDataToJWSToken(issuer, []byte(payload))
		if err != nil {
			t.Fatal(err)
		}
		tokens[tag], requests[tag] = token, zkpass.UserDataRequest{VerifyingKey: issuer.Public().Option()}
	}
	dvr, err := verify.NewDVR("title", c.query, requests, verifier.Public())
	if err != nil {
		t.Fatalf("%s: %v", c.name, err)
	}
	token, err := zkpass.SignDVR(dvr, zkpass.Claims{}, verifier)
	if err != nil {
		t.Fatal(err)
	}
	return &task{DVR: token, UserData: tokens}
}

// peak proves in a fresh process and returns the most memory that it had, in bytes.
func peak(t *testing.T, work *task) (int64, time.Duration) {
	t.Helper()
	p := &pool{log: slog.New(slog.DiscardHandler), command: func() *exec.Cmd {
		cmd := proverAs("prove")()
		cmd.Stderr = io.Discard
		return cmd
	}}
	c, err := p.start()
	if err != nil {
		t.Fatal(err)
	}
	c.allowed = 1 << 40 // whatever it takes is what is wanted
	begin := time.Now()
	r, err := c.prove(t.Context(), work, func(string, float64) {})
	took := time.Since(begin)
	c.kill()
	if err != nil || r.Proof == nil {
		t.Fatalf("no proof: %+v, %v", r, err)
	}
	return c.cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10, took
}

// TestMemoryTable compares what is estimated with what proving takes, each proof in a
// process of its own as in a service, and fits the constants of need to that:
//
//	ZKPASS_MEMORY=check go test ./service/worker -run TestMemoryTable -v -timeout 30m
//	ZKPASS_MEMORY=fit go test ./service/worker -run TestMemoryTable -v -timeout 30m
//
// With fit the collector of garbage is held to three quarters of the estimate, so that what
// is measured is near what is needed, and new constants are printed. The smallest come
// first; ZKPASS_MEMORY_ONLY selects by a part of the name.
func TestMemoryTable(t *testing.T) {
	mode := os.Getenv("ZKPASS_MEMORY")
	if mode != "check" && mode != "fit" {
		t.Skip("set ZKPASS_MEMORY to check or fit; it takes minutes")
	}
	var rows [][]float64
	var peaks []float64
	worst := 1.0
	type measured struct {
		name string
		work *task
		load libzk.Load
	}
	var all []measured
	for _, c := range memoryCases() {
		if !strings.Contains(c.name, os.Getenv("ZKPASS_MEMORY_ONLY")) {
			continue
		}
		work := c.task(t)
		l, err := work.load()
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		all = append(all, measured{c.name, work, l})
	}
	slices.SortFunc(all, func(a, b measured) int { return cmp.Compare(need(a.load), need(b.load)) })
	for _, c := range all {
		work, l := c.work, c.load
		estimate := need(l)
		work.Memory = estimate
		if mode == "fit" {
			work.Memory = estimate / 4 * 3
		}
		measured, took := peak(t, work)
		ratio := float64(measured) / float64(estimate)
		worst = max(worst, ratio, 1/ratio)
		t.Logf("%-40s estimated %5d MB, measured %5d MB: %.2f; %.1f s; %+v", c.name, estimate>>20, measured>>20, ratio, took.Seconds(), l)
		rows = append(rows, []float64{1 << 20, float64(l.Witness), float64(l.Encoded), float64(l.Inputs), float64(l.Wires)})
		peaks = append(peaks, float64(measured))
	}
	if mode == "check" {
		if worst > 1.3 {
			t.Errorf("the worst estimate is off by a factor of %.2f, want 1.3 at the most", worst)
		}
		return
	}
	constants, off := fit(rows, peaks)
	t.Logf("base %.0f MB, witness %.2f, encoded %.2f, inputs %.2f, wires %.2f: off by a factor of %.2f at the most", constants[0], constants[1], constants[2], constants[3], constants[4], off)
}

// fit finds factors, none negative, for which the sums of each row are nearest to what is
// wanted, relative to that, and how far off the worst is.
func fit(rows [][]float64, want []float64) (factors []float64, worst float64) {
	factors = make([]float64, len(rows[0]))
	left := make([]float64, len(want))
	for i := range left {
		left[i] = 1
	}
	for range 20_000 {
		for j := range factors {
			var top, bottom float64
			for i, row := range rows {
				x := row[j] / want[i]
				top += x * left[i]
				bottom += x * x
			}
			if bottom == 0 {
				continue
			}
			step := max(top/bottom, -factors[j])
			factors[j] += step
			for i, row := range rows {
				left[i] -= step * row[j] / want[i]
			}
		}
	}
	for _, l := range left {
		worst = max(worst, 1-l, 1/(1-l))
	}
	return factors, worst
}
