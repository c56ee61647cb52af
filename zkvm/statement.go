package zkvm

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/query"
)

// Version names the circuit family, the input maps and the proof format of the
// recommended profile. A change to any of them changes it.
const Version = string(libzk.V2)

// Document is what a statement says of one document. All of it is public.
type Document struct {
	Tag    string
	Key    Key    // the issuer's
	Header string // the protected header as it stands in the token: base64url
	Class  Class
}

// Statement is what a proof states: that the issuers signed documents on which
// the program gives exactly Output at Time.
type Statement struct {
	// Profile is the proof's form; the zero value is libzk.V2. A verifier takes it from
	// its own request.
	Profile libzk.Profile
	Program *query.Program
	// Digest is the DVR's digest. It binds the proof to the DVR; the program, the
	// formats and the tags are also stated on their own.
	Digest [32]byte
	// Time is the evaluation time in Unix seconds.
	Time int64
	// Documents are in the order of Program.Documents.
	Documents []Document
	// Output is the program's output: compact JSON text.
	Output []byte
}

// profile is the statement's profile.
func (s *Statement) profile() libzk.Profile {
	if s.Profile == "" {
		return libzk.V2
	}
	return s.Profile
}

// MethodVersion identifies what proves a query in the recommended profile: the circuit
// family's version and a hash of it and the compiled program, independent of keys and
// sizes.
func MethodVersion(p *query.Program) string { return MethodVersionOf(libzk.V2, p) }

// MethodVersionOf is MethodVersion for a profile.
func MethodVersionOf(profile libzk.Profile, p *query.Program) string {
	h := sha256.New()
	h.Write([]byte(profile + "\x00"))
	h.Write(p.Canonical())
	return string(profile) + "-" + hex.EncodeToString(h.Sum(nil)[:16])
}

// encode is the canonical form of the statement that both sides hash before the
// first challenge.
func (s *Statement) encode() []byte {
	b := append([]byte(s.profile()), s.Digest[:]...)
	field := func(v []byte) {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(v)))
		b = append(b, v...)
	}
	field(s.Program.Canonical())
	b = binary.LittleEndian.AppendUint64(b, uint64(s.Time))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(s.Documents)))
	for i, d := range s.Documents {
		field([]byte(d.Tag))
		field([]byte(s.Program.Documents[i].Format.String()))
		field([]byte(d.Key.Algorithm.String()))
		field(d.Key.encode())
		field([]byte(d.Header))
		field([]byte(d.Class.String()))
	}
	field(s.Output)
	return b
}

// check compares the statement with its program.
func (s *Statement) check() error {
	if s.Program == nil || len(s.Documents) != len(s.Program.Documents) {
		return fmt.Errorf("statement has %d documents, its query reads others", len(s.Documents))
	}
	if y := time.Unix(s.Time, 0).UTC().Year(); y < 1 || y > 9999 {
		return fmt.Errorf("evaluation time %d is outside the years 1 to 9999", s.Time)
	}
	for i, d := range s.Documents {
		if d.Tag != s.Program.Documents[i].Tag {
			return fmt.Errorf("document %d has tag %q, the query's has %q", i+1, d.Tag, s.Program.Documents[i].Tag)
		}
		if err := d.check(); err != nil {
			return fmt.Errorf("document %q: %w", d.Tag, err)
		}
	}
	return nil
}

// check refuses what no verifier should accept as a document.
func (d *Document) check() error {
	if !d.Class.exists() {
		return fmt.Errorf("%w: %s", ErrClass, d.Class)
	}
	// 4 KiB decoded; a header of two characters or fewer is no object.
	if n := len(d.Header); n < 3 || n > maxHeader {
		return fmt.Errorf("protected header of %d characters, at most %d", n, maxHeader)
	}
	if _, err := base64.RawURLEncoding.Strict().DecodeString(d.Header); err != nil || strings.ContainsAny(d.Header, "\r\n") {
		return errors.New("protected header is not canonical base64url")
	}
	return nil
}

// maxHeader is the length of the longest protected header, 4 KiB, in base64url. Its
// whole blocks are hashed in public, so it bounds what a proof token may carry, and
// the length of the signing input; see LengthBits.
const maxHeader = 5462
