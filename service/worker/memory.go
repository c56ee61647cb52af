package worker

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/semaphore"

	"github.com/zkpass-go/zkpass/query"
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

// need estimates what a proof about some tokens needs: 40 MB, and for each byte of a
// document 70 KB, 2 KB for each path into it, and 30 KB more if that goes over an
// array, as measured. A program of nil has no paths.
func (m *memory) need(program *query.Program, tokens map[string]string) int64 {
	perByte := make(map[string]int64, len(tokens))
	if program != nil {
		for _, path := range program.Paths {
			perByte[path.Tag] += 2 << 10
			if path.EachStep() >= 0 {
				perByte[path.Tag] += 30 << 10
			}
		}
	}
	need := int64(40 << 20)
	for tag, token := range tokens {
		need += int64(len(token)) * 3 / 4 * (70<<10 + perByte[tag])
	}
	return need
}

// acquire waits until a proof about some tokens fits. One that never will is
// refused: it could take the process with it, and after that the next worker.
func (m *memory) acquire(ctx context.Context, program *query.Program, tokens map[string]string) (need int64, release func(), err error) {
	need = m.need(program, tokens)
	if need > m.all {
		return 0, nil, fmt.Errorf("%w: a proof of this query about these documents needs about %d MB, and this service gives %d MB; ask for fewer members or arrays, or prove on a larger machine",
			errMemory, need>>20, m.all>>20)
	}
	if err := m.bytes.Acquire(ctx, need); err != nil {
		return 0, nil, err
	}
	return need, func() { m.bytes.Release(need) }, nil
}
