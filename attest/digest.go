package attest

import (
	"encoding/hex"
	"encoding/json"
)

// A Digest is a measurement, a SHA-384 value on all platforms: the launch
// measurement of SEV-SNP, MRTD or an RTMR of TDX, a PCR of Nitro.
type Digest [48]byte

// ParseDigest reads 96 hexadecimal digits.
func ParseDigest(text string) (d Digest, err error) {
	if len(text) != hex.EncodedLen(len(d)) {
		return d, malformed("want a measurement of %d hexadecimal digits", hex.EncodedLen(len(d)))
	}
	if _, err := hex.Decode(d[:], []byte(text)); err != nil {
		return d, malformed("want a measurement of %d hexadecimal digits", hex.EncodedLen(len(d)))
	}
	return d, nil
}

// String returns the digits in lower case.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalJSON returns the digits as a string.
func (d Digest) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }
