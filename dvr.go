package zkpass

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Format says where the paths of a query start in a document.
type Format string

const (
	// FormatZKPass starts paths inside the member data of the payload. It is
	// the default; an empty Format means it too.
	FormatZKPass Format = "zkpass"
	// FormatJWT starts paths at the payload itself, as for an ID token.
	FormatJWT Format = "jwt"
)

// DVR is a data verification request: the question of a verifier about one or
// more documents. Its digest stands in the proof, so every byte of it counts.
type DVR struct {
	// ZKVM is the engine that is to prove, for this module [LibZK]
	// or [LibZKHash].
	ZKVM string
	// Title is shown to the holder.
	Title string
	// ID makes the request unique; see [NewDVRID].
	ID string
	// QueryEngineVersion is for information; see [Version].
	QueryEngineVersion string
	// QueryMethodVersion identifies what proves this query. Prover and verifier
	// compute it from the query and compare; verify.NewDVR fills it in.
	QueryMethodVersion string
	// Query is the query as JSON text.
	Query string
	// Requests has the documents asked for by tag: letters, digits and _, or
	// the empty tag if there is one document.
	Requests map[string]UserDataRequest
	// VerifyingKey is the key of the request's own signature. Nil leaves it to
	// the policy of whoever reads the request.
	VerifyingKey *KeyOption
}

// UserDataRequest asks for one document.
type UserDataRequest struct {
	// URL is where the holder's app gets the document; nil if it knows.
	URL *string
	// VerifyingKey is the key of the document's issuer.
	VerifyingKey KeyOption
	// Format says where paths start.
	Format Format
}

// format returns the format with the default filled in.
func (r *UserDataRequest) format() Format {
	if r.Format == "" {
		return FormatZKPass
	}
	return r.Format
}

// NewDVRID returns a new random UUID (RFC 9562, version 4).
func NewDVRID() string {
	var id [16]byte
	rand.Read(id[:]) // never fails: it ends the program instead
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[0:4], id[4:6], id[6:8], id[8:10], id[10:16])
}

// Tags returns the tags of the documents in byte order.
func (d *DVR) Tags() []string {
	tags, err := sortedTags(d.Requests)
	if err != nil {
		return nil
	}
	return tags
}

// Formats returns the format of each document by tag, with the default filled in.
func (d *DVR) Formats() map[string]Format {
	formats := make(map[string]Format, len(d.Requests))
	for tag, request := range d.Requests {
		formats[tag] = request.format()
	}
	return formats
}

// CheckZKVM reports an error that wraps [ErrUnsupportedZKVM] if this module
// cannot prove what the request asks for.
func (d *DVR) CheckZKVM() error {
	if !slices.Contains(Families(), d.ZKVM) {
		return fmt.Errorf("%w: the request asks for %s; supported: %s", ErrUnsupportedZKVM, quoteName(d.ZKVM), strings.Join(Families(), ", "))
	}
	return nil
}

// Validate reports the first thing that makes the request useless to anybody:
// missing members, wrong tags, keys that are no keys. It reads neither the query
// nor key sets.
func (d *DVR) Validate() error {
	if err := d.check(); err != nil {
		return err
	}
	if err := d.CheckZKVM(); err != nil {
		return err
	}
	for _, tag := range d.Tags() {
		if err := checkKeyOption(d.Requests[tag].VerifyingKey); err != nil {
			return forTag(tag, fmt.Errorf("user_data_verifying_key: %w", err))
		}
	}
	if d.VerifyingKey != nil {
		if err := checkKeyOption(*d.VerifyingKey); err != nil {
			return fmt.Errorf("dvr_verifying_key: %w", err)
		}
	}
	return nil
}

// checkKeyOption checks a key that is given by its values.
func checkKeyOption(o KeyOption) error {
	if err := o.check(); err != nil || o.KeysetEndpoint != nil {
		return err
	}
	_, err := o.PublicKey.key()
	return err
}

// check applies the rules that hold for any zkVM and any key.
func (d *DVR) check() error {
	for _, member := range []struct{ name, value string }{
		{"zkvm", d.ZKVM}, {"dvr_title", d.Title}, {"dvr_id", d.ID}, {"query_engine_ver", d.QueryEngineVersion},
		{"query_method_ver", d.QueryMethodVersion}, {"query", d.Query},
	} {
		if !utf8.ValidString(member.value) {
			return malformed("DVR: member %s: not valid UTF-8", member.name)
		}
		if member.value == "" && member.name != "dvr_title" {
			return malformed("DVR: member %s is empty", member.name)
		}
	}
	if len(d.Query) > MaxQuery {
		return tooLarge("the query", len(d.Query), MaxQuery)
	}
	tags, err := sortedTags(d.Requests)
	if err != nil {
		return fmt.Errorf("DVR: user_data_requests: %w", err)
	}
	for _, tag := range tags {
		request := d.Requests[tag]
		if f := request.format(); f != FormatZKPass && f != FormatJWT {
			return forTag(tag, malformed("format %s: want %s or %s", quoteName(string(f)), FormatZKPass, FormatJWT))
		}
		if request.URL != nil && !utf8.ValidString(*request.URL) {
			return forTag(tag, malformed("user_data_url: not valid UTF-8"))
		}
		if err := request.VerifyingKey.check(); err != nil {
			return forTag(tag, err)
		}
	}
	if d.VerifyingKey != nil {
		return d.VerifyingKey.check()
	}
	return nil
}

// ResolveKeys returns the public key of every document's issuer by tag. algorithms
// has what the tokens name, by tag; where there is none yet, it is left out (see
// [KeyOption.Resolve]).
func (d *DVR) ResolveKeys(ctx context.Context, resolver KeyResolver, algorithms map[string]Algorithm) (map[string]*PublicKey, error) {
	keys := make(map[string]*PublicKey, len(d.Requests))
	for _, tag := range d.Tags() {
		key, err := d.Requests[tag].VerifyingKey.Resolve(ctx, resolver, algorithms[tag])
		if err != nil {
			return nil, forTag(tag, fmt.Errorf("issuer key: %w", err))
		}
		if key.alg.use() != "sig" {
			return nil, forTag(tag, fmt.Errorf("issuer key: %w: a key for %s does not sign", ErrAlgorithm, key.alg))
		}
		keys[tag] = key
	}
	return keys, nil
}
