package source

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/zkpass-go/zkpass/attest"
)

// kind is one platform: the file that tells that the machine is of it, below /, and
// how to open it.
type kind struct {
	platform attest.Platform
	file     string
	open     func() (Source, error)
}

// Open returns the source with a name: "sev-snp", "tdx" or "nitro", or with "auto"
// the one whose device is there. It returns [ErrNone] for "none", and for "auto" on
// a machine without such a device. A platform that is named and not there is another
// error: who names it does not want to run without.
func Open(name string) (Source, error) { return open(name, os.DirFS("/"), kinds) }

func open(name string, root fs.FS, kinds []kind) (Source, error) {
	if name == "none" {
		return nil, ErrNone
	}
	known := name == "auto"
	for _, k := range kinds {
		if name != "auto" && name != string(k.platform) {
			continue
		}
		known = true
		if _, err := fs.Stat(root, k.file); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		source, err := k.open()
		if err != nil {
			return nil, fmt.Errorf("opening the device of %s: %w", k.platform, err)
		}
		return source, nil
	}
	switch {
	case name == "auto":
		return nil, ErrNone
	case known:
		return nil, fmt.Errorf("this machine has no attestation device of %s; with auto the service runs without one", name)
	}
	return nil, fmt.Errorf("attestation: want none, auto, sev-snp, tdx or nitro, not %q", name)
}
