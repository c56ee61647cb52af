package zkpass

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// keyFileMode lets nobody but its owner read a private key.
const keyFileMode fs.FileMode = 0o600

// ReadPrivateKey reads a private key from a file, as [ParsePrivateKey] does. A
// file that anybody but its owner may read or write is refused.
func ReadPrivateKey(path string) (*PrivateKey, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	// The open file is asked, not the path: both must be about the same file.
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s is not a regular file", ErrKeyFile, path)
	}
	text, err := io.ReadAll(io.LimitReader(file, MaxKeySet+1))
	if err != nil {
		return nil, err
	}
	if isPublicText(text) {
		return nil, fmt.Errorf("%s: %w", path, malformed("it holds public keys; a private key is meant"))
	}
	if info.Mode().Perm()&^keyFileMode != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("%w: %s has mode %04o, wider than 0600",
			ErrKeyFile, path, info.Mode().Perm())
	}
	key, err := ParsePrivateKey(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

// isPublicText reports whether a text is a public key or a key set, which people take
// for the private key that belongs to it.
func isPublicText(text []byte) bool {
	if _, err := ParsePublicKey(text); err == nil {
		return true
	}
	_, err := ParseKeySet(text)
	return err == nil
}

// WriteFile writes the key into a new file that only its owner may read: as PEM
// if the name ends in .pem, else as JWK. A file that is there already is never
// overwritten.
func (k *PrivateKey) WriteFile(path string) (err error) {
	encode := k.JWK
	if strings.EqualFold(filepath.Ext(path), ".pem") {
		encode = k.PEM
	}
	text, err := encode()
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, keyFileMode)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: %s exists already and is not overwritten", ErrKeyFile, path)
	}
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(path) // half a key is worse than none
		}
	}()
	if text[len(text)-1] != '\n' {
		text = append(text, '\n')
	}
	if _, err = file.Write(text); err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}
