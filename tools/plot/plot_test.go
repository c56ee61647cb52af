package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const measured = `{"rows": [
 {"payload_bytes": 512, "paths": 4, "algorithm": "ES256", "prove_ms": 1, "verify_ms": 1, "proof_bytes": 1000, "peak_rss_bytes": 1000000},
 {"payload_bytes": 1024, "paths": 4, "algorithm": "ES256", "prove_ms": 2, "verify_ms": 1, "proof_bytes": 2000, "peak_rss_bytes": 2000000},
 {"payload_bytes": 4096, "paths": 4, "algorithm": "ES256", "prove_ms": 4, "verify_ms": 1, "proof_bytes": 3000, "peak_rss_bytes": 2000000},
 {"payload_bytes": 1024, "paths": 4, "algorithm": "RS256-2048", "prove_ms": 9, "verify_ms": 1, "proof_bytes": 2000, "peak_rss_bytes": 2000000},
 {"payload_bytes": 1024, "paths": 16, "algorithm": "ES256", "prove_ms": 3, "verify_ms": 1, "proof_bytes": 2500, "peak_rss_bytes": 2000000},
 {"payload_bytes": 1024, "paths": 1, "elements": 32, "algorithm": "ES256", "prove_ms": 3, "verify_ms": 1, "proof_bytes": 2500, "peak_rss_bytes": 2000000}
]}`

func TestPlot(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "bench.json")
	if err := os.WriteFile(in, []byte(measured), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(in, dir); err != nil {
		t.Fatal(err)
	}
	// One row of arrays makes no line.
	for name, there := range map[string]bool{"cost-payload": true, "cost-members": true, "cost-elements": false} {
		text, err := os.ReadFile(filepath.Join(dir, name+".svg"))
		if (err == nil) != there {
			t.Errorf("%s: %v", name, err)
		}
		if there && (!bytes.Contains(text, []byte("<svg")) || !bytes.Contains(text, []byte("proof, KB"))) {
			t.Errorf("%s shows no such panel", name)
		}
	}
	first, _ := os.ReadFile(filepath.Join(dir, "cost-payload.svg"))
	if err := run(in, dir); err != nil {
		t.Fatal(err)
	}
	if again, _ := os.ReadFile(filepath.Join(dir, "cost-payload.svg")); !bytes.Equal(first, again) {
		t.Error("the same input gives other bytes")
	}
	if err := os.WriteFile(in, []byte(`{"rows": []}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(in, dir); err == nil || !strings.Contains(err.Error(), "no two rows") {
		t.Errorf("of nothing: %v", err)
	}
}

func TestLongest(t *testing.T) {
	rows := []row{{Payload: 2, Paths: 4}, {Payload: 1, Paths: 4}, {Payload: 1, Paths: 4}, {Payload: 1, Paths: 9}, {Payload: 3, Paths: 4, Algorithm: "other"}}
	got := all[0].longest(rows)
	if len(got) != 2 || got[0].Payload != 1 || got[1].Payload != 2 {
		t.Errorf("%+v", got)
	}
}
