package attest

import (
	"time"

	"github.com/fxamacker/cbor/v2"
)

// Limits on documents, those of AWS where it states one, in bytes.
const (
	maxNitroDocument = 16 << 10
	maxNitroCert     = 1 << 10
	maxNitroBundle   = 8 // certificates; there are four so far
	maxNitroPCRs     = 32
	maxNitroUserData = 1 << 10
)

// nitroDocument is an attestation document as AWS specifies it, in
// https://github.com/aws/aws-nitro-enclaves-nsm-api/blob/main/docs/attestation_process.md
type nitroDocument struct {
	Timestamp   int64 // milliseconds since 1970
	PCRs        [3]Digest
	Certificate []byte
	CABundle    [][]byte // the root first
	UserData    []byte
	Nonce       []byte
}

func (d *nitroDocument) time() time.Time { return time.UnixMilli(d.Timestamp).UTC() }

var nitroDecoding = func() cbor.DecMode {
	mode, err := cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		FieldNameMatching: cbor.FieldNameMatchingCaseSensitive,
		MaxNestedLevels:   4,
		MaxArrayElements:  maxNitroPCRs,
		MaxMapPairs:       maxNitroPCRs,
	}.DecMode()
	if err != nil {
		panic(err) // the options are constant
	}
	return mode
}()

// parseNitroDocument reads a document and checks the form that AWS promises.
func parseNitroDocument(payload []byte) (*nitroDocument, error) {
	if len(payload) == 0 || len(payload) > maxNitroDocument {
		return nil, malformed("report: want a document of 1 to %d bytes, got %d", maxNitroDocument, len(payload))
	}
	var raw struct {
		ModuleID    string            `cbor:"module_id"`
		Timestamp   uint64            `cbor:"timestamp"`
		Digest      string            `cbor:"digest"`
		PCRs        map[uint64][]byte `cbor:"pcrs"`
		Certificate []byte            `cbor:"certificate"`
		CABundle    [][]byte          `cbor:"cabundle"`
		PublicKey   []byte            `cbor:"public_key"`
		UserData    []byte            `cbor:"user_data"`
		Nonce       []byte            `cbor:"nonce"`
	}
	if err := guarded(func() error { return nitroDecoding.Unmarshal(payload, &raw) }); err != nil {
		return nil, malformed("report: the document: %s", brief(err))
	}
	const latest = 1 << 42 // milliseconds: the year 2109
	switch {
	case raw.ModuleID == "":
		return nil, malformed("report: the document names no module")
	case raw.Timestamp == 0 || raw.Timestamp > latest:
		return nil, malformed("report: the document has no time")
	case raw.Digest != "SHA384":
		return nil, malformed("report: want a document with digests by SHA384")
	case len(raw.PCRs) == 0 || len(raw.PCRs) > maxNitroPCRs:
		return nil, malformed("report: want 1 to %d registers", maxNitroPCRs)
	case len(raw.CABundle) == 0 || len(raw.CABundle) > maxNitroBundle:
		return nil, malformed("report: want 1 to %d certificates of authorities", maxNitroBundle)
	case len(raw.PublicKey) > maxNitroUserData || len(raw.UserData) > maxNitroUserData || len(raw.Nonce) > maxNitroUserData:
		return nil, malformed("report: want at most %d bytes of user data", maxNitroUserData)
	}
	for _, cert := range append(raw.CABundle[:len(raw.CABundle):len(raw.CABundle)], raw.Certificate) {
		if len(cert) == 0 || len(cert) > maxNitroCert {
			return nil, malformed("report: want certificates of 1 to %d bytes", maxNitroCert)
		}
	}
	d := &nitroDocument{
		Timestamp: int64(raw.Timestamp), Certificate: raw.Certificate, CABundle: raw.CABundle,
		UserData: raw.UserData, Nonce: raw.Nonce,
	}
	for i := range d.PCRs {
		pcr := raw.PCRs[uint64(i)]
		if len(pcr) != len(d.PCRs[i]) {
			return nil, malformed("report: want PCR%d of %d bytes", i, len(d.PCRs[i]))
		}
		d.PCRs[i] = Digest(pcr)
	}
	return d, nil
}
