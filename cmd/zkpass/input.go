package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/zkpass-go/zkpass"
)

// readFile reads a whole file of at most limit bytes.
func readFile(path string, limit int) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	if len(data) > limit {
		return nil, fmt.Errorf("%s: %w: at most %d bytes are accepted", path, zkpass.ErrTooLarge, limit)
	}
	return data, nil
}

// readToken reads a token from a file, without the line end that shells and
// editors put after it.
func readToken(path string, limit int) (string, error) {
	data, err := readFile(path, limit+2)
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}
