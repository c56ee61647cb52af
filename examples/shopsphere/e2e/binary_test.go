package e2e

import (
	"io/fs"
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

var sdk struct {
	sync.Once
	files fs.FS
	err   error
}

// sdkFiles builds the npm package for pages, once for all tests.
func sdkFiles(t *testing.T) fs.FS {
	t.Helper()
	sdk.Do(func() {
		var dir string
		if dir, sdk.err = os.MkdirTemp("", "zkpass-sdk-"); sdk.err != nil {
			return
		}
		removeAtEnd = append(removeAtEnd, dir)
		sdk.files, sdk.err = stage.BuildSDK(t.Context(), dir)
	})
	if sdk.err != nil {
		t.Fatal(sdk.err)
	}
	return sdk.files
}

// removeAtEnd are directories that outlive a single test.
var removeAtEnd []string
