package attest

import (
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/zkpass-go/zkpass"
)

// Sizes of a nonce, in bytes.
const (
	MinNonce = 16
	MaxNonce = 64
)

// bindingDomain keeps the hash apart from any other use of a report in the same
// machine.
const bindingDomain = "zkpass attestation v1"

// ReportData returns what a report signs of the nonce and the keys: the SHA-512 of
//
//	field("zkpass attestation v1") field(nonce) count entry...
//
// with one entry for each key, field(algorithm) field(id) field(thumbprint of
// RFC 7638 in base64url), the entries in ascending order of their bytes. A field is
// its length in two bytes, most significant first, and its bytes; count has two
// bytes. A thumbprint does not cover what a key is for, hence the algorithm.
//
// SEV-SNP and TDX sign the value as their report data, Nitro as user data, with the
// nonce beside it.
func ReportData(nonce []byte, keys *zkpass.KeySet) ([64]byte, error) {
	if err := checkNonce(nonce); err != nil {
		return [64]byte{}, err
	}
	published, err := keysOf(keys)
	if err != nil {
		return [64]byte{}, err
	}
	entries := make([]string, 0, len(published))
	for _, key := range published {
		entry := appendField(nil, key.Algorithm)
		entry = appendField(entry, key.ID)
		entries = append(entries, string(appendField(entry, key.Thumbprint)))
	}
	slices.Sort(entries)
	input := appendField(nil, bindingDomain)
	input = appendField(input, string(nonce))
	input = binary.BigEndian.AppendUint16(input, uint16(len(entries)))
	return sha512.Sum512(append(input, strings.Join(entries, "")...)), nil
}

// appendField appends a text with its length. Nothing that comes here is longer
// than a key id.
func appendField(dst []byte, text string) []byte {
	return append(binary.BigEndian.AppendUint16(dst, uint16(len(text))), text...)
}

func checkNonce(nonce []byte) error {
	if len(nonce) < MinNonce || len(nonce) > MaxNonce {
		return malformed("want a nonce of %d to %d bytes, this one has %d", MinNonce, MaxNonce, len(nonce))
	}
	return nil
}

// Key names a published key in an [Evidence].
type Key struct {
	ID         string `json:"kid"`
	Algorithm  string `json:"alg"`
	Thumbprint string `json:"thumbprint"` // RFC 7638, SHA-256, base64url
}

// keysOf lists the keys of a set in its order. Evidence over no key or without one
// to encrypt to says nothing, so there must be one.
func keysOf(set *zkpass.KeySet) ([]Key, error) {
	if set == nil {
		return nil, fmt.Errorf("%w: no key set is given", ErrKeys)
	}
	var keys []Key
	encrypts := false
	for _, key := range set.Keys() {
		keys = append(keys, Key{ID: key.ID(), Algorithm: string(key.Algorithm()), Thumbprint: key.Thumbprint()})
		encrypts = encrypts || key.Algorithm() == zkpass.ECDHES
	}
	if !encrypts {
		return nil, fmt.Errorf("%w: the key set has no key to encrypt to", ErrKeys)
	}
	return keys, nil
}
