// Package languagecases reads files of cases that say what a query means, as
// query/testdata/cases.json is one, for the tests of all that decides queries.
package languagecases

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"
	"time"
)

// Case is a query with what it gives for documents at a time.
type Case struct {
	Name      string
	Query     string
	Documents map[string]Document // by tag
	// Now is the time of evaluation: a string of RFC 3339, or Unix seconds.
	Now    json.RawMessage
	Expect struct {
		Output *string // nil: an error
		Error  string  // its name
	}
	Why string
}

// Document is a signed document of a case.
type Document struct {
	Format      string // jwt or zkpass
	PayloadText string `json:"payload_text"`
	PayloadHex  string `json:"payload_hex"` // instead, for what is no text
}

// Payloads are the documents' signed bytes, by tag.
func (c *Case) Payloads(t testing.TB) map[string][]byte {
	t.Helper()
	payloads := map[string][]byte{}
	for tag, d := range c.Documents {
		payloads[tag] = []byte(d.PayloadText)
		if d.PayloadHex == "" {
			continue
		}
		var err error
		if payloads[tag], err = hex.DecodeString(d.PayloadHex); err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
	}
	return payloads
}

// Time is the time of evaluation.
func (c *Case) Time(t testing.TB) time.Time {
	t.Helper()
	var seconds int64
	if json.Unmarshal(c.Now, &seconds) == nil {
		return time.Unix(seconds, 0)
	}
	var at time.Time
	if err := json.Unmarshal(c.Now, &at); err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	return at
}

// Read reads a file.
func Read(t testing.TB, file string) []Case {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var cases []Case
	if err := json.Unmarshal(data, &cases); err != nil || len(cases) == 0 {
		t.Fatalf("%s: %d cases, %v", file, len(cases), err)
	}
	return cases
}
