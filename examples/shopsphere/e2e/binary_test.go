package e2e

import (
	"os"
	"sync"
	"testing"

	"github.com/zkpass-go/zkpass/examples/shopsphere/stage"
)

var built struct {
	sync.Once
	path string
	err  error
}

// zkpassBinary builds the command zkpass, once for all tests.
func zkpassBinary(t *testing.T) string {
	t.Helper()
	built.Do(func() {
		var dir string
		if dir, built.err = os.MkdirTemp("", "zkpass-"); built.err != nil {
			return
		}
		removeAtEnd = append(removeAtEnd, dir)
		built.path, built.err = stage.BuildService(t.Context(), dir)
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.path
}

// removeAtEnd are directories that outlive a single test.
var removeAtEnd []string
