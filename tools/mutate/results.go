package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// result is one line of the result file.
type result struct {
	Name      string  `json:"name"`
	Text      string  `json:"text"`
	Outcome   outcome `json:"outcome"`
	By        string  `json:"by,omitempty"` // the test that noticed
	NoVectors bool    `json:"no_vectors,omitempty"`
	Commit    string  `json:"commit"`
	Seconds   int     `json:"seconds"`
}

type key struct {
	name      string
	noVectors bool
}

// readResults returns the last result of each change.
func readResults(path string) (map[key]result, error) {
	known := map[key]result{}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return known, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var r result
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", path, n, err)
		}
		known[key{r.Name, r.NoVectors}] = r
	}
	return known, lines.Err()
}

// appendResult adds a line, so that an interrupted run loses nothing.
func appendResult(path string, r result) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	line, err := json.Marshal(r)
	if err == nil {
		_, err = f.Write(append(line, '\n'))
	}
	return errors.Join(err, f.Close())
}
