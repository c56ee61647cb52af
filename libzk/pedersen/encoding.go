package pedersen

import (
	"fmt"
	"io"

	"github.com/zkpass-go/zkpass/libzk/internal/cores"
	"github.com/zkpass-go/zkpass/libzk/tom256"
)

// Append appends commitments, tom256.Size bytes each.
func Append(dst []byte, commitments []tom256.Point) []byte {
	for i := range commitments {
		dst = commitments[i].Append(dst)
	}
	return dst
}

// Decode reads n commitments from the start of b. Each list has exactly one form that it
// takes, and no commitment is infinity.
func Decode(b []byte, n int) ([]tom256.Point, error) {
	if len(b)/tom256.Size < n {
		return nil, fmt.Errorf("decoding commitments: %d bytes, want %d: %w", len(b), n*tom256.Size, io.ErrUnexpectedEOF)
	}
	commitments := make([]tom256.Point, n)
	errs := make([]error, n)
	var group cores.Group
	workers := cores.Count()
	for w := range workers {
		group.Go(func() {
			for i := w; i < n; i += workers {
				commitments[i], errs[i] = tom256.Decode(b[i*tom256.Size:])
			}
		})
	}
	group.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("commitment %d of %d: %w", i, n, err)
		}
	}
	return commitments, nil
}
