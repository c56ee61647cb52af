package zkpass

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/zkpass-go/zkpass/document"
)

// Digest returns the lowercase hexadecimal SHA-256 of the request's canonical
// form: compact JSON with the members in the order of the specification, and the
// requests as pairs sorted by tag. Values, keys too, are taken as they stand.
func (d *DVR) Digest() string {
	sum := sha256.Sum256(d.append(nil, true))
	return hex.EncodeToString(sum[:])
}

// MarshalJSON returns the compact form that stands in a DVR token.
func (d DVR) MarshalJSON() ([]byte, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	return d.append(nil, false), nil
}

// append writes the canonical form, or the form of tokens, where the requests
// are an object.
func (d *DVR) append(dst []byte, canonical bool) []byte {
	dst = appendMember(append(dst, '{'), "zkvm", d.ZKVM)
	dst = appendMember(dst, "dvr_title", d.Title)
	dst = appendMember(dst, "dvr_id", d.ID)
	dst = appendMember(dst, "query_engine_ver", d.QueryEngineVersion)
	dst = appendMember(dst, "query_method_ver", d.QueryMethodVersion)
	dst = appendMember(dst, "query", d.Query)
	dst = appendName(dst, "user_data_requests")
	if canonical {
		dst = append(dst, '[')
		for i, tag := range d.Tags() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(document.AppendString(append(dst, '['), tag), ',')
			request := d.Requests[tag]
			dst = append(request.append(dst), ']')
		}
		dst = append(dst, ']')
	} else {
		dst = append(dst, '{')
		for _, tag := range d.Tags() {
			request := d.Requests[tag]
			dst = request.append(appendName(dst, tag))
		}
		dst = append(dst, '}')
	}
	return append(appendOptionalKey(appendName(dst, "dvr_verifying_key"), d.VerifyingKey), '}')
}

func appendOptionalKey(dst []byte, key *KeyOption) []byte {
	if key == nil {
		return append(dst, "null"...)
	}
	return key.append(dst)
}

func (r *UserDataRequest) append(dst []byte) []byte {
	dst = appendName(append(dst, '{'), "user_data_url")
	if r.URL == nil {
		dst = append(dst, "null"...)
	} else {
		dst = document.AppendString(dst, *r.URL)
	}
	dst = r.VerifyingKey.append(appendName(dst, "user_data_verifying_key"))
	if r.Format == FormatJWT {
		dst = appendMember(dst, "format", string(FormatJWT))
	}
	return append(dst, '}')
}

// UnmarshalJSON reads a request strictly: every member but format must be there,
// no other may, and none twice. Keys are not looked at: see [DVR.Validate].
func (d *DVR) UnmarshalJSON(text []byte) error {
	if len(text) > MaxDVRToken {
		return tooLarge("the DVR", len(text), MaxDVRToken)
	}
	if err := checkJSON(text); err != nil {
		return fmt.Errorf("parsing DVR: %w", err)
	}
	if err := d.decode(text); err != nil {
		return fmt.Errorf("parsing DVR: %w", err)
	}
	return nil
}

// decode reads text that has passed checkJSON.
func (d *DVR) decode(text json.RawMessage) error {
	o := openObject("DVR", text)
	*d = DVR{
		ZKVM: o.str("zkvm"), Title: o.str("dvr_title"), ID: o.str("dvr_id"),
		QueryEngineVersion: o.str("query_engine_ver"), QueryMethodVersion: o.str("query_method_ver"),
		Query: o.str("query"), Requests: make(map[string]UserDataRequest),
	}
	requests, key := o.need("user_data_requests"), o.need("dvr_verifying_key")
	if err := o.end(); err != nil {
		return err
	}
	byTag := openObject("user_data_requests", requests)
	for tag, raw := range byTag.members {
		var request UserDataRequest
		if err := request.decode(raw); err != nil {
			return forTag(tag[:min(len(tag), maxTag)], err)
		}
		d.Requests[tag] = request
	}
	if byTag.err != nil {
		return byTag.err
	}
	var err error
	if d.VerifyingKey, err = decodeOptionalKey("dvr_verifying_key", key); err != nil {
		return err
	}
	return d.check()
}

func decodeOptionalKey(where string, raw json.RawMessage) (*KeyOption, error) {
	if isNull(raw) {
		return nil, nil
	}
	var key KeyOption
	if err := key.decode(where, raw); err != nil {
		return nil, err
	}
	return &key, nil
}

func (r *UserDataRequest) decode(text json.RawMessage) error {
	o := openObject("user data request", text)
	url, key := o.need("user_data_url"), o.need("user_data_verifying_key")
	r.Format = FormatZKPass
	if o.has("format") {
		if r.Format = Format(o.str("format")); r.Format == "" {
			o.fail("member format is empty")
		}
	}
	if url != nil && !isNull(url) {
		text := o.decodeString("user_data_url", url)
		r.URL = &text
	}
	if err := o.end(); err != nil {
		return err
	}
	return r.VerifyingKey.decode("user_data_verifying_key", key)
}
