package attest_test

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-sev-guest/abi"
	sevdata "github.com/google/go-sev-guest/verify/testdata"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/attest"
)

// verifySNPEdited verifies a report that edit has changed before it was signed.
func verifySNPEdited(t *testing.T, m *snpMachine, policy attest.Policy, edit func(report []byte)) error {
	t.Helper()
	m.edit = edit
	defer func() { m.edit = nil }()
	keys, nonce := newKeys(t), testNonce(1)
	_, err := attest.Verify(evidenceOf(t, m, nonce, keys, false), nonce, keys, policy)
	return err
}

func TestSNPMinimumTCB(t *testing.T) {
	m := newSNP(t)
	for name, raise := range map[string]func(*attest.SNPTCB){
		"bootloader": func(tcb *attest.SNPTCB) { tcb.Bootloader++ },
		"tee":        func(tcb *attest.SNPTCB) { tcb.TEE++ },
		"snp":        func(tcb *attest.SNPTCB) { tcb.SNP++ },
		"microcode":  func(tcb *attest.SNPTCB) { tcb.Microcode++ },
	} {
		t.Run(name, func(t *testing.T) {
			policy := m.policy()
			raise(policy.SNP.MinTCB)
			want(t, verifySNPEdited(t, m, policy, nil), attest.ErrTCB)
			// New enough when it was started, but not any more.
			newer := func(report []byte) {
				for i := range 8 {
					report[snpLaunchTCB+i] = 255
				}
			}
			want(t, verifySNPEdited(t, m, policy, newer), attest.ErrTCB)
			if err := verifySNPEdited(t, m, m.policy(), newer); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSNPState(t *testing.T) {
	m := newSNP(t)
	guest := func(p abi.SnpPolicy) func([]byte) {
		return func(report []byte) { binary.LittleEndian.PutUint64(report[snpPolicy:], abi.SnpPolicyToBytes(p)) }
	}
	for name, edit := range map[string]func([]byte){
		"migration":        guest(abi.SnpPolicy{SMT: true, MigrateMA: true}),
		"memory by CXL":    guest(abi.SnpPolicy{SMT: true, CXLAllowed: true}),
		"privilege level":  func(report []byte) { report[snpVMPL] = 1 },
		"old at launch":    func(report []byte) { clear(report[snpLaunchTCB : snpLaunchTCB+8]) },
		"claims newer":     func(report []byte) { report[snpReportedTCB+7]++ },
		"not committed":    func(report []byte) { report[snpCommittedTCB+7]-- },
		"runs older":       func(report []byte) { report[snpCurrentTCB+7]-- },
		"another chip's":   func(report []byte) { report[snpChipID] = 1 },
		"another firmware": func(report []byte) { report[0x1e8] = 9 }, // build, not the committed one
	} {
		t.Run(name, func(t *testing.T) {
			want(t, verifySNPEdited(t, m, m.policy(), edit), attest.ErrTCB)
		})
	}
	policy := m.policy()
	policy.SNP.VMPL = 2
	if err := verifySNPEdited(t, m, policy, func(report []byte) { report[snpVMPL] = 2 }); err != nil {
		t.Errorf("the level of the policy: %v", err)
	}
}

func TestSNPSignerKinds(t *testing.T) {
	m, keys, nonce := newSNP(t), newKeys(t), testNonce(1)
	data, err := attest.ReportData(nonce, keys)
	if err != nil {
		t.Fatal(err)
	}
	vlek := m.reportBy(t, data, false, abi.VlekReportSigner)
	if _, err := attest.Verify(wrap(t, attest.SEVSNP, nonce, keys, vlek), nonce, keys, m.policy()); err != nil {
		t.Errorf("VLEK: %v", err)
	}
	// A host may leave reports unsigned.
	unsigned := m.reportBy(t, data, false, abi.VcekReportSigner)
	binary.LittleEndian.PutUint32(unsigned[0x48:], abi.ComposeSignerInfo(abi.SignerInfo{SigningKey: abi.NoneReportSigner}))
	_, err = attest.Verify(wrap(t, attest.SEVSNP, nonce, keys, unsigned), nonce, keys, m.policy())
	want(t, err, attest.ErrSignature)
}

// A table that the parser of the library would reserve gigabytes for.
func TestSNPCertTable(t *testing.T) {
	m, keys, nonce := newSNP(t), newKeys(t), testNonce(1)
	e := parse(t, evidenceOf(t, m, nonce, keys, false))
	table := e.Report[abi.ReportSize:]
	entry := func(offset, length uint32) {
		binary.LittleEndian.PutUint32(table[16:], offset)
		binary.LittleEndian.PutUint32(table[20:], length)
	}
	for _, edit := range []func(){
		func() { entry(0x80000000, 0x80000010) },
		func() { entry(0xffffffff, 1) },
		func() { entry(uint32(len(table)), 1) },
	} {
		edit()
		_, err := attest.Verify(wrap(t, attest.SEVSNP, nonce, keys, e.Report), nonce, keys, m.policy())
		want(t, err, zkpass.ErrMalformed)
	}
	_, err := attest.Verify(wrap(t, attest.SEVSNP, nonce, keys, e.Report[:abi.ReportSize]), nonce, keys, m.policy())
	want(t, err, zkpass.ErrMalformed)
}

// The report that go-sev-guest publishes is of a real processor: AMD's signature on
// it holds, and it is over something else.
func TestSNPSample(t *testing.T) {
	keys, nonce := newKeys(t), testNonce(1)
	entry := make([]byte, 2*abi.CertTableEntrySize)
	copy(entry, []byte{0x63, 0xda, 0x75, 0x8d, 0xe6, 0x64, 0x45, 0x64, 0xad, 0xc5, 0xf4, 0xb9, 0x3b, 0xe8, 0xac, 0xcd})
	binary.LittleEndian.PutUint32(entry[16:], uint32(len(entry)))
	binary.LittleEndian.PutUint32(entry[20:], uint32(len(sevdata.VcekBytes)))
	report := append(append(append([]byte(nil), sevdata.AttestationBytes[:abi.ReportSize]...), entry...), sevdata.VcekBytes...)
	policy := newSNP(t).policy()
	policy.SNP.Roots = nil // AMD's
	verify := func() error {
		_, err := attest.Verify(wrap(t, attest.SEVSNP, nonce, keys, report), nonce, keys, policy)
		return err
	}
	want(t, verify(), attest.ErrBinding)
	report[0x50]++ // its report data
	want(t, verify(), attest.ErrSignature)
}
