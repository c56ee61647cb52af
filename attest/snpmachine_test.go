package attest_test

import (
	"bytes"
	"crypto/x509"
	"encoding/binary"
	"testing"

	"github.com/google/go-sev-guest/abi"
	"github.com/google/go-sev-guest/kds"
	sevtest "github.com/google/go-sev-guest/testing"

	"github.com/zkpass-go/zkpass/attest"
)

// snpMachine signs reports with a chain that go-sev-guest makes for tests.
type snpMachine struct {
	signer *sevtest.AmdSigner
	tcb    kds.TCBParts
	edit   func(report []byte) // before signing
}

func newSNP(t testing.TB) *snpMachine {
	t.Helper()
	m := &snpMachine{tcb: kds.TCBParts{BlSpl: 4, TeeSpl: 1, SnpSpl: 22, UcodeSpl: 213}}
	const product = "Milan-B1"
	builder := &sevtest.AmdSignerBuilder{
		ProductName: product, CSPID: "test",
		ArkCreationTime: testTime, AskCreationTime: testTime, AsvkCreationTime: testTime,
		VcekCreationTime: testTime, VlekCreationTime: testTime,
		VcekCustom: sevtest.CertOverride{Extensions: sevtest.CustomExtensions(m.tcb, make([]byte, abi.ChipIDSize), "", product)},
		VlekCustom: sevtest.CertOverride{Extensions: sevtest.CustomExtensions(m.tcb, nil, "test", product)},
	}
	var err error
	if m.signer, err = builder.TestOnlyCertChain(); err != nil {
		t.Fatal(err)
	}
	return m
}

func (m *snpMachine) platform() attest.Platform { return attest.SEVSNP }

// Offsets in a report, AMD 56860.
const (
	snpPolicy       = 0x08
	snpVMPL         = 0x30
	snpCurrentTCB   = 0x38
	snpMeasurement  = 0x90
	snpReportedTCB  = 0x180
	snpChipID       = 0x1a0
	snpCommittedTCB = 0x1e0
	snpLaunchTCB    = 0x1f0
)

func (m *snpMachine) report(t testing.TB, data [64]byte, _ []byte, debug bool) []byte {
	return m.reportBy(t, data, debug, abi.VcekReportSigner)
}

func (m *snpMachine) reportBy(t testing.TB, data [64]byte, debug bool, signer abi.ReportSigner) []byte {
	t.Helper()
	raw := sevtest.CreateRawReport(&sevtest.TestReportOptions{
		ReportData: data[:], SignerInfo: abi.SignerInfo{SigningKey: signer},
	})
	report := raw[:abi.ReportSize]
	put := func(at int, value uint64) { binary.LittleEndian.PutUint64(report[at:], value) }
	put(snpPolicy, abi.SnpPolicyToBytes(abi.SnpPolicy{SMT: true, Debug: debug}))
	tcb, err := kds.ComposeTCBParts(m.tcb)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{snpCurrentTCB, snpReportedTCB, snpCommittedTCB, snpLaunchTCB} {
		put(at, uint64(tcb))
	}
	copy(report[snpMeasurement:], bytes.Repeat([]byte{0x5e}, 48))
	if m.edit != nil {
		m.edit(report)
	}
	r, s, err := m.signer.Sign(abi.SignedComponent(report))
	if err != nil {
		t.Fatal(err)
	}
	if err := abi.SetSignature(r, s, report); err != nil {
		t.Fatal(err)
	}
	certs, err := m.signer.CertTableBytes()
	if err != nil {
		t.Fatal(err)
	}
	return append(report, certs...)
}

func (m *snpMachine) policy() attest.Policy {
	return attest.Policy{
		Now: testTime,
		SNP: &attest.SNPPolicy{
			Measurements: []attest.Digest{attest.Digest(bytes.Repeat([]byte{0x5e}, 48))},
			MinTCB:       &attest.SNPTCB{Bootloader: 4, TEE: 1, SNP: 22, Microcode: 213},
			Roots:        []*x509.Certificate{m.signer.Ark, m.signer.Ask, m.signer.Asvk},
		},
	}
}

func (m *snpMachine) measured(*testing.T, []byte) int { return snpMeasurement }

func find(t *testing.T, data, part []byte) int {
	t.Helper()
	at := bytes.Index(data, part)
	if at < 0 {
		t.Fatal("the report does not hold what was looked for")
	}
	return at
}
