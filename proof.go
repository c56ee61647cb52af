package zkpass

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// maxClass bounds the text of a size class.
const maxClass = 16

// Proof is the answer to a [DVR]: the outputs and what a verifier needs to check
// them. Nothing in it counts before that check.
type Proof struct {
	ZKVM      string // as in the DVR
	DVRTitle  string
	DVRID     string
	DVRDigest string // see [DVR.Digest]
	// Output is the outputs of the query as JSON text. The proof covers these
	// very bytes.
	Output string
	// Time is the evaluation time in whole seconds; the proof covers it.
	Time time.Time
	// Documents has the public part of every document by tag.
	Documents map[string]ProofDocument
	// UserDataVerifyingKeys has the issuer keys used, by tag and by value.
	UserDataVerifyingKeys map[string]KeyOption
	// DVRVerifyingKey is the key that the DVR names; nil if it names none.
	DVRVerifyingKey *KeyOption
	// ZKProof is the zero-knowledge proof, at most [MaxZKProof] bytes.
	ZKProof []byte
}

// ProofDocument is what a proof tells about a document beside its issuer's key.
type ProofDocument struct {
	// Header is the protected header as it stands in the token: base64url.
	Header string
	// Class names the size class of the document, as the zkVM writes it: "576/8",
	// "576/8e" if strings with escapes are used, "576/8n" if objects with names that
	// have escapes are looked into, or "576/8en".
	// Which classes there are, the zkVM knows.
	Class string
}

// check applies the rules that need no DVR.
func (p *Proof) check() error {
	for _, member := range []struct{ name, value string }{
		{"zkvm", p.ZKVM}, {"dvr_title", p.DVRTitle}, {"dvr_id", p.DVRID}, {"output", p.Output},
	} {
		if !utf8.ValidString(member.value) {
			return malformed("member %s: not valid UTF-8", member.name)
		}
	}
	if !isHexDigest(p.DVRDigest) {
		return malformed("member dvr_digest: want a SHA-256 in lowercase hexadecimal")
	}
	if err := openStrict("member output", []byte(p.Output)).err; err != nil {
		return err
	}
	if unix := p.Time.Unix(); unix < minUnix || unix > maxUnix {
		return malformed("member time_stamp: want a time in the years 1 to 9999")
	}
	if len(p.ZKProof) == 0 {
		return malformed("member zkproof is empty")
	}
	if len(p.ZKProof) > MaxZKProof {
		return tooLarge("the zero-knowledge proof", len(p.ZKProof), MaxZKProof)
	}
	return p.checkDocuments()
}

func (p *Proof) checkDocuments() error {
	tags, err := sortedTags(p.Documents)
	if err != nil {
		return fmt.Errorf("member documents: %w", err)
	}
	if len(p.UserDataVerifyingKeys) != len(tags) {
		return malformed("members documents and user_data_verifying_keys: want the same tags")
	}
	for _, tag := range tags {
		document := p.Documents[tag]
		if _, err := ParseHeader(document.Header); err != nil {
			return forTag(tag, err)
		}
		if !isClass(document.Class) {
			return forTag(tag, malformed("class: want two numbers with a slash between them, and e or nothing"))
		}
		key, ok := p.UserDataVerifyingKeys[tag]
		if !ok {
			return malformed("members documents and user_data_verifying_keys: want the same tags")
		}
		if err := key.check(); err != nil {
			return forTag(tag, err)
		}
		if key.PublicKey == nil {
			return forTag(tag, malformed("user_data_verifying_keys: want the key, not an endpoint"))
		}
	}
	if p.DVRVerifyingKey != nil {
		return p.DVRVerifyingKey.check()
	}
	return nil
}

// isClass reports whether a text has the form of a size class: 576/8, 576/8e, 576/8n
// or 576/8en.
func isClass(s string) bool {
	first, second, found := strings.Cut(strings.TrimSuffix(strings.TrimSuffix(s, "n"), "e"), "/")
	for _, number := range []string{first, second} {
		if number == "" || number[0] == '0' || strings.Trim(number, "0123456789") != "" {
			return false
		}
	}
	return found && len(s) <= maxClass
}

func isHexDigest(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(s) == 64
}

// MatchDVR reports an error that wraps [ErrDigestMismatch] unless the proof names
// the request as issued: same digest, zkVM, title and id.
func (p *Proof) MatchDVR(dvr *DVR) error {
	switch {
	case p.DVRDigest != dvr.Digest():
		return fmt.Errorf("%w: the proof answers another request", ErrDigestMismatch)
	case p.ZKVM != dvr.ZKVM:
		return fmt.Errorf("%w: member zkvm is not that of the request", ErrDigestMismatch)
	case p.DVRTitle != dvr.Title:
		return fmt.Errorf("%w: member dvr_title is not that of the request", ErrDigestMismatch)
	case p.DVRID != dvr.ID:
		return fmt.Errorf("%w: member dvr_id is not that of the request", ErrDigestMismatch)
	}
	return nil
}

// Algorithms returns what the headers of the documents name, by tag.
func (p *Proof) Algorithms() map[string]Algorithm {
	algorithms := make(map[string]Algorithm, len(p.Documents))
	for tag, document := range p.Documents {
		if header, err := ParseHeader(document.Header); err == nil {
			algorithms[tag] = header.Algorithm
		}
	}
	return algorithms
}

// MatchKeys reports an error that wraps [ErrKeyMismatch] unless the proof was
// made for exactly these documents and issuer keys; see [DVR.ResolveKeys].
func (p *Proof) MatchKeys(keys map[string]*PublicKey) error {
	if len(keys) != len(p.UserDataVerifyingKeys) {
		return fmt.Errorf("%w: the proof has %d documents, the request %d", ErrKeyMismatch, len(p.UserDataVerifyingKeys), len(keys))
	}
	for tag, want := range keys {
		option, ok := p.UserDataVerifyingKeys[tag]
		if !ok {
			return fmt.Errorf("%w: the proof lacks a document of the request", ErrKeyMismatch)
		}
		used, err := option.Resolve(context.Background(), nil, "")
		if err != nil {
			return forTag(tag, fmt.Errorf("issuer key in the proof: %w", err))
		}
		if !used.Equal(want) {
			return forTag(tag, fmt.Errorf("issuer: %w", ErrKeyMismatch))
		}
	}
	return nil
}

// MarshalJSON returns the compact form that stands in a proof token.
func (p Proof) MarshalJSON() ([]byte, error) {
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("encoding proof: %w", err)
	}
	dst := appendMember([]byte{'{'}, "zkvm", p.ZKVM)
	dst = appendMember(dst, "dvr_title", p.DVRTitle)
	dst = appendMember(dst, "dvr_id", p.DVRID)
	dst = appendMember(dst, "dvr_digest", p.DVRDigest)
	dst = appendMember(dst, "output", p.Output)
	dst = fmt.Appendf(appendName(dst, "time_stamp"), "%d", p.Time.Unix())
	tags, err := sortedTags(p.Documents)
	if err != nil {
		return nil, err
	}
	dst = append(appendName(dst, "documents"), '{')
	for _, tag := range tags {
		dst = append(appendName(dst, tag), '{')
		dst = appendMember(dst, "header", p.Documents[tag].Header)
		dst = append(appendMember(dst, "class", p.Documents[tag].Class), '}')
	}
	dst = append(appendName(append(dst, '}'), "user_data_verifying_keys"), '{')
	for _, tag := range tags {
		dst = p.UserDataVerifyingKeys[tag].append(appendName(dst, tag))
	}
	dst = appendOptionalKey(appendName(append(dst, '}'), "dvr_verifying_key"), p.DVRVerifyingKey)
	dst = appendMember(dst, "zkproof", base64.StdEncoding.EncodeToString(p.ZKProof))
	return append(dst, '}'), nil
}

// UnmarshalJSON reads a proof strictly: every member must be there, no other may,
// and none twice.
func (p *Proof) UnmarshalJSON(text []byte) error {
	if len(text) > MaxProofToken {
		return tooLarge("the proof", len(text), MaxProofToken)
	}
	if err := checkJSON(text); err != nil {
		return fmt.Errorf("parsing proof: %w", err)
	}
	if err := p.decode(text); err != nil {
		return fmt.Errorf("parsing proof: %w", err)
	}
	return nil
}

// decode reads text that has passed checkJSON.
func (p *Proof) decode(text json.RawMessage) error {
	o := openObject("proof", text)
	*p = Proof{
		ZKVM: o.str("zkvm"), DVRTitle: o.str("dvr_title"), DVRID: o.str("dvr_id"), DVRDigest: o.str("dvr_digest"),
		Output: o.str("output"), Time: time.Unix(o.integer("time_stamp", minUnix, maxUnix), 0).UTC(),
		Documents: make(map[string]ProofDocument), UserDataVerifyingKeys: make(map[string]KeyOption),
	}
	documents, keys, dvrKey := o.need("documents"), o.need("user_data_verifying_keys"), o.need("dvr_verifying_key")
	zkproof := o.str("zkproof")
	if err := o.end(); err != nil {
		return err
	}
	byTag := openObject("documents", documents)
	for tag, raw := range byTag.members {
		document := openObject("documents", raw)
		p.Documents[tag] = ProofDocument{Header: document.str("header"), Class: document.str("class")}
		if err := document.end(); err != nil {
			return err
		}
	}
	if byTag.err != nil {
		return byTag.err
	}
	byTag = openObject("user_data_verifying_keys", keys)
	for tag, raw := range byTag.members {
		var key KeyOption
		if err := key.decode("user_data_verifying_keys", raw); err != nil {
			return err
		}
		p.UserDataVerifyingKeys[tag] = key
	}
	if byTag.err != nil {
		return byTag.err
	}
	var err error
	if p.DVRVerifyingKey, err = decodeOptionalKey("dvr_verifying_key", dvrKey); err != nil {
		return err
	}
	if p.ZKProof, err = decodeBase64(zkproof); err != nil {
		return fmt.Errorf("member zkproof: %w", err)
	}
	return p.check()
}
