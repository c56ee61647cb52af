package worker

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/semaphore"

	"github.com/zkpass-go/zkpass/libzk"
)

// MinMemory is the least that Config.Memory may be, in bytes: a proof over a
// document of a few kilobytes fits.
const MinMemory = 256 << 20

// errMemory means that a proof needs more memory than this worker may use.
var errMemory = errors.New("not enough memory")

// memory lets so many proofs run at once as fit.
type memory struct {
	all   int64
	bytes *semaphore.Weighted
}

func newMemory(all int64) *memory { return &memory{all, semaphore.NewWeighted(all)} }

// What a proof needs, in bytes: what a process takes that proves anything, at the least,
// and for each input wire of its circuits so much. TestMemoryTable measures and fits
// these; of what a load counts the wires alone tell it.
const (
	needLeast = 98 << 20
	needBase  = 54 << 20
	needInput = 70
)

// need estimates what a proof needs, in bytes.
func need(l libzk.Load) int64 { return max(needLeast, needBase+needInput*int64(l.Inputs)) }

// acquire waits until a proof that needs so much fits. One that never will is
// refused: it could take the process with it, and after that the next worker.
func (m *memory) acquire(ctx context.Context, need int64) (release func(), err error) {
	if need > m.all {
		return nil, fmt.Errorf("%w: a proof of this query about these documents needs about %d MB, and this service gives %d MB; ask for fewer members or arrays, or prove on a larger machine",
			errMemory, need>>20, m.all>>20)
	}
	if err := m.bytes.Acquire(ctx, need); err != nil {
		return nil, err
	}
	return func() { m.bytes.Release(need) }, nil
}
