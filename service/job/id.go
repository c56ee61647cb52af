package job

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
)

// ID names a job to its owner: 128 random bits in 22 characters of base64url. It
// opens the outcome, so it is a secret: it is stored nowhere in clear and must
// not be logged.
type ID string

const idSize = 16

func newID() ID {
	var random [idSize]byte
	rand.Read(random[:])
	return ID(base64.RawURLEncoding.EncodeToString(random[:]))
}

// ParseID reads an id. An error wraps [ErrUnknown]: what cannot be an id is
// answered like the id of no job.
func ParseID(text string) (ID, error) {
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	// The decoder skips line breaks; the length tells.
	if err != nil || len(data) != idSize || len(text) != base64.RawURLEncoding.EncodedLen(idSize) {
		return "", fmt.Errorf("parsing job id: %w: want %d characters of base64url", ErrUnknown, base64.RawURLEncoding.EncodedLen(idSize))
	}
	return ID(text), nil
}

// LogValue keeps ids out of logs.
func (ID) LogValue() slog.Value { return slog.StringValue("[job id]") }

// key is the name that everything of a job is filed under. It does not lead back
// to the id.
func (id ID) key() string { return digest("zkpass job", string(id)) }

// digest hashes a purpose and texts, each with its length before it so that no
// two lists hash alike.
func digest(purpose string, texts ...string) string {
	hash := sha256.New()
	fmt.Fprintf(hash, "%s", purpose)
	for _, text := range texts {
		fmt.Fprintf(hash, "%d:%s", len(text), text)
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// randomName is a name that no other process makes up.
func randomName() string {
	var random [12]byte
	rand.Read(random[:])
	return hex.EncodeToString(random[:])
}
