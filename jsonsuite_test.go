package zkpass

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// JSONTestSuite against what this package reads: nothing that is not JSON passes as the
// member of a header or of a key set, and nothing there panics. A name that stands
// twice is not accepted either, though a JSON parser must.
func TestJSONTestSuite(t *testing.T) {
	dir := os.Getenv("ZKPASS_VECTORS")
	if dir == "" {
		t.Skip("ZKPASS_VECTORS does not name the folder with JSONTestSuite")
	}
	files, err := filepath.Glob(filepath.Join(dir, "json", "test_*", "*.json"))
	if err != nil || len(files) == 0 {
		t.Skipf("no JSONTestSuite in %s", dir)
	}
	good := mustText(t, testKey(t, ES256, "good").Public())
	twice := 0
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path)
		if len(text) > MaxHeader/2 {
			continue // the limits are tested elsewhere
		}
		_, headerErr := ParseHeader(encode(`{"alg":"ES256","a":` + string(text) + `}`))
		switch kind, _, _ := strings.Cut(name, "_"); {
		case kind == "y" && headerErr != nil && strings.Contains(name, "duplicated_key"):
			twice++
		case kind == "y" && headerErr != nil:
			t.Errorf("%s: %v", name, headerErr)
		case kind == "n" && headerErr == nil:
			t.Errorf("%s: accepted in a header", name)
		}
		// In a key set, what is wrong with one entry is that entry's own, as long as the
		// whole is JSON.
		set, err := ParseKeySet([]byte(`{"keys":[` + string(text) + `,` + good + `]}`))
		if err != nil && !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
		if strings.HasPrefix(name, "y_") {
			if err != nil {
				t.Errorf("%s: beside a key: %v", name, err)
			} else if key, err := set.Key("good", ES256); err != nil || len(set.Keys()) != 1 {
				t.Errorf("%s: beside a key: %v, %v", name, key, err)
			}
		}
	}
	if twice != 2 {
		t.Errorf("%d texts with a name twice are refused, want 2", twice)
	}
}
