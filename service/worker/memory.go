package worker

import (
	"context"

	"golang.org/x/sync/semaphore"
)

// maxMemory bounds what proofs at once may need, in bytes. One proof may always
// run, however large.
const maxMemory = 1 << 30

// memory lets so many proofs run at once as fit.
type memory struct {
	all   int64
	bytes *semaphore.Weighted
}

func newMemory(all int64) *memory { return &memory{all, semaphore.NewWeighted(all)} }

// need estimates what a proof over some tokens needs: 70 KB for each byte of a
// document and 40 MB, as measured (docs/performance.md).
func (m *memory) need(tokens map[string]string) int64 {
	need := int64(40 << 20)
	for _, token := range tokens {
		need += int64(len(token)) * 3 / 4 * (70 << 10)
	}
	return min(need, m.all)
}

// acquire waits until a proof over some tokens fits.
func (m *memory) acquire(ctx context.Context, tokens map[string]string) (release func(), err error) {
	need := m.need(tokens)
	if err := m.bytes.Acquire(ctx, need); err != nil {
		return nil, err
	}
	return func() { m.bytes.Release(need) }, nil
}
