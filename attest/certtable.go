package attest

import (
	"encoding/binary"
	"encoding/hex"
	"strings"

	"github.com/google/go-sev-guest/abi"
	"github.com/google/go-sev-guest/proto/sevsnp"
)

// parseCertTable takes the certificates of signing keys out of the table that an
// extended guest request returns (AMD 56421, section 4.1.8.1): entries of a GUID, an
// offset and a length, the last one zero, then the certificates.
//
// It stands in for the parser of go-sev-guest, which adds offset and length in 32
// bits: a crafted entry makes that one reserve gigabytes.
func parseCertTable(table []byte) (*sevsnp.CertificateChain, error) {
	chain := &sevsnp.CertificateChain{}
	for at := 0; ; at += abi.CertTableEntrySize {
		if at+abi.CertTableEntrySize > len(table) {
			return nil, malformed("report: the certificate table has no end")
		}
		entry := table[at : at+abi.CertTableEntrySize]
		guid := hex.EncodeToString(entry[:abi.GUIDSize])
		offset := uint64(binary.LittleEndian.Uint32(entry[abi.GUIDSize:]))
		length := uint64(binary.LittleEndian.Uint32(entry[abi.GUIDSize+4:]))
		if guid == strings.Repeat("0", len(guid)) && offset == 0 && length == 0 {
			return chain, nil
		}
		if offset+length > uint64(len(table)) {
			return nil, malformed("report: a certificate lies beyond its table")
		}
		cert := table[offset : offset+length]
		switch guid {
		case plainGUID(abi.VcekGUID):
			chain.VcekCert = cert
		case plainGUID(abi.VlekGUID):
			chain.VlekCert = cert
		}
	}
}

func plainGUID(guid string) string { return strings.ReplaceAll(guid, "-", "") }
