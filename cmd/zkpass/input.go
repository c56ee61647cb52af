package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/zkpass-go/zkpass"
)

// stdinName stands for standard input where a file is read.
const stdinName = "-"

// stdinTaken tells that standard input was read: it can be read once.
var stdinTaken atomic.Bool

// openInput opens a file, or standard input under the name -.
func openInput(path string) (io.ReadCloser, error) {
	if path != stdinName {
		return os.Open(path)
	}
	if stdinTaken.Swap(true) {
		return nil, errors.New("standard input (-) is given for two files")
	}
	return io.NopCloser(os.Stdin), nil
}

// readFile reads a whole file of at most limit bytes.
func readFile(path string, limit int) ([]byte, error) {
	file, err := openInput(path)
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

// Byte order marks.
const (
	markUTF8    = "\xef\xbb\xbf"
	markUTF16LE = "\xff\xfe"
	markUTF16BE = "\xfe\xff"
)

// readText reads a file of text as UTF-8. Editors and PowerShell put byte order marks
// before it and write UTF-16; where the bytes of a file do not count, neither matters.
func readText(path string, limit int) ([]byte, error) {
	data, err := readFile(path, 2*limit+2)
	if err != nil {
		return nil, err
	}
	text, err := plainText(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(text) > limit {
		return nil, fmt.Errorf("%s: %w: at most %d bytes are accepted", path, zkpass.ErrTooLarge, limit)
	}
	return text, nil
}

func plainText(data []byte) ([]byte, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, fmt.Errorf("%w: the file is empty", zkpass.ErrMalformed)
	}
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte(markUTF16LE)):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte(markUTF16BE)):
		order = binary.BigEndian
	default:
		data = bytes.TrimPrefix(data, []byte(markUTF8))
		if bytes.IndexByte(data, 0) >= 0 || !utf8.Valid(data) {
			return nil, fmt.Errorf("%w: the file is not text in UTF-8", zkpass.ErrMalformed)
		}
		return data, nil
	}
	data = data[2:]
	if len(data)%2 != 0 {
		return nil, fmt.Errorf("%w: the file begins as UTF-16 and ends within a character", zkpass.ErrMalformed)
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return []byte(string(utf16.Decode(units))), nil
}

// readData reads JSON whose bytes count as they stand: they are signed. So nothing in
// front of it is taken away, but named.
func readData(path string, limit int) ([]byte, error) {
	data, err := readFile(path, limit)
	if err != nil {
		return nil, err
	}
	switch {
	case len(data) == 0:
		return nil, fmt.Errorf("%s: %w: the file is empty", path, zkpass.ErrMalformed)
	case bytes.HasPrefix(data, []byte(markUTF8)):
		return nil, fmt.Errorf("%s: %w: the file begins with a byte order mark, which would be signed too; save it as UTF-8 without", path, zkpass.ErrMalformed)
	case bytes.HasPrefix(data, []byte(markUTF16LE)), bytes.HasPrefix(data, []byte(markUTF16BE)):
		return nil, fmt.Errorf("%s: %w: the file is UTF-16; save it as UTF-8", path, zkpass.ErrMalformed)
	}
	return data, nil
}

// readToken reads a token from a file, without what shells and editors put around it.
func readToken(path string, limit int) (string, error) {
	data, err := readText(path, limit+2)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(data)), nil
}

// readPrivateKey reads a private key from a file, or from standard input.
func readPrivateKey(path string) (*zkpass.PrivateKey, error) {
	if path != stdinName {
		return zkpass.ReadPrivateKey(path)
	}
	text, err := readText(path, zkpass.MaxKeySet)
	if err != nil {
		return nil, err
	}
	return zkpass.ParsePrivateKey(text)
}
