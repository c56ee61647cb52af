package job

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
)

// seal encrypts data under a key derived from a secret for one purpose
// (HKDF-SHA-256, RFC 5869; AES-256-GCM with a random nonce before the text),
// bound to the name that it is filed under.
func seal(secret []byte, purpose, name string, data []byte) ([]byte, error) {
	aead, err := sealer(secret, purpose)
	if err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	return aead.Seal(nil, nil, data, []byte(name)), nil
}

// unseal is the inverse of seal.
func unseal(secret []byte, purpose, name string, sealed []byte) ([]byte, error) {
	aead, err := sealer(secret, purpose)
	if err != nil {
		return nil, fmt.Errorf("unsealing: %w", err)
	}
	data, err := aead.Open(nil, nil, sealed, []byte(name))
	if err != nil {
		return nil, fmt.Errorf("unsealing: %w", err)
	}
	return data, nil
}

func sealer(secret []byte, purpose string) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, purpose, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
