package js_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The same commit, built in two directories of other names, gives the same package. It takes
// two builds: ZKPASS_LONG=1.
func TestReproducible(t *testing.T) {
	if os.Getenv("ZKPASS_LONG") == "" {
		t.Skip("set ZKPASS_LONG=1 to build the package twice more")
	}
	needNode(t)
	modules, err := filepath.Abs("node_modules")
	if err != nil {
		t.Fatal(err)
	}
	var builds [2]map[string]string
	for i := range builds {
		dir := t.TempDir()
		checkout := filepath.Join(dir, strings.Repeat("longer", i+1))
		cache := ""
		if i > 0 { // nothing of the first build is used
			cache = filepath.Join(dir, "cache")
		}
		run := func(name string, args ...string) {
			t.Helper()
			cmd := exec.Command(name, args...)
			cmd.Env = append(os.Environ(), "TMPDIR="+dir)
			if cache != "" {
				cmd.Env = append(cmd.Env, "GOCACHE="+cache)
			}
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s %v: %v: %s", name, args, err, out)
			}
		}
		run("git", "clone", "-q", "..", checkout)
		if err := os.Symlink(modules, filepath.Join(checkout, "js/node_modules")); err != nil {
			t.Fatal(err)
		}
		run("node", filepath.Join(checkout, "js/build.mjs"))
		builds[i] = sums(t, filepath.Join(checkout, "js/dist"))
	}
	if len(builds[0]) < 20 || !maps.Equal(builds[0], builds[1]) {
		t.Errorf("two builds differ:\n%v\n%v", builds[0], builds[1])
	}
}

// sums are the hashes of the files of a directory.
func sums(t *testing.T, dir string) map[string]string {
	t.Helper()
	sums := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		sum := sha256.Sum256(text)
		sums[path] = hex.EncodeToString(sum[:])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sums
}
