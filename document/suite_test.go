package document

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// JSONTestSuite (github.com/nst/JSONTestSuite), which is not part of this repository:
// every text that must be accepted is, every text that must not is not, alone and as a
// member. Where a parser may choose, this one refuses all but numbers.
func TestJSONTestSuite(t *testing.T) {
	dir := os.Getenv("ZKPASS_VECTORS")
	if dir == "" {
		t.Skip("ZKPASS_VECTORS does not name the folder with JSONTestSuite")
	}
	files, err := filepath.Glob(filepath.Join(dir, "json", "test_*", "*.json"))
	if err != nil || len(files) == 0 {
		t.Skipf("no JSONTestSuite in %s", dir)
	}
	counts := make(map[string]int)
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path)
		_, alone := ParseValue(text, 1<<20, MaxDepth)
		_, member := ParseValue([]byte(`{"a":`+string(text)+`}`), 1<<20, MaxDepth)
		_, payload := Parse(text)
		if alone == nil && member != nil {
			t.Errorf("%s: accepted alone, and not as a member: %v", name, member)
		}
		if alone != nil && payload == nil {
			t.Errorf("%s: accepted as a payload, and not as a value: %v", name, alone)
		}
		kind, _, _ := strings.Cut(name, "_")
		switch {
		case kind == "y" && alone != nil:
			t.Errorf("%s: %v", name, alone)
		case kind == "n" && (alone == nil || member == nil):
			t.Errorf("%s: accepted", name)
		case kind == "i" && alone == nil && !strings.HasPrefix(name, "i_number_"):
			t.Errorf("%s: accepted", name)
		}
		if alone == nil {
			counts[kind]++
		}
	}
	if counts["y"] != 95 || counts["n"] != 0 {
		t.Errorf("accepted: %v", counts)
	}
}
