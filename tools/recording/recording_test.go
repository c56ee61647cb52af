package main

import (
	"bytes"
	"encoding/xml"
	"html"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The tour runs, ends with the answer, and is drawn as XML that shows each of its commands.
func TestTour(t *testing.T) {
	out := filepath.Join(t.TempDir(), "tour.svg")
	if err := run(t.Context(), "../..", out); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	checkPicture(t, text)
}

// What the pages show is of the tour as it is.
func TestRecorded(t *testing.T) {
	text, err := os.ReadFile("../../docs/images/tour.svg")
	if err != nil {
		t.Fatal(err)
	}
	checkPicture(t, text)
}

func checkPicture(t *testing.T, text []byte) {
	t.Helper()
	for d := xml.NewDecoder(bytes.NewReader(text)); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	shown := html.UnescapeString(string(text))
	for _, s := range tour {
		for _, l := range command(s.command) {
			if s.command != "" && strings.Count(shown, ">"+l.text+"</text>") != 1 {
				t.Errorf("not shown, or not once: %s", l.text)
			}
		}
		if s.remark != "" && !strings.Contains(shown, "># "+s.remark+"</text>") {
			t.Errorf("not shown: %s", s.remark)
		}
	}
	for _, printed := range []string{"proof of ", `>{"result":true}</text>`} {
		if !strings.Contains(shown, printed) {
			t.Errorf("not shown: %s", printed)
		}
	}
}

func TestCommand(t *testing.T) {
	long := "zkpass " + strings.Repeat("--flag value ", 20)
	for _, l := range command(strings.TrimSpace(long)) {
		if len(l.text) > columns {
			t.Errorf("%d columns: %s", len(l.text), l.text)
		}
	}
}
