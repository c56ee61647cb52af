package attest

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/go-sev-guest/abi"
	"github.com/google/go-sev-guest/kds"
	"github.com/google/go-sev-guest/proto/sevsnp"
	"github.com/google/go-sev-guest/validate"
	"github.com/google/go-sev-guest/verify"
)

// snpReport is an attestation report of SEV-SNP (AMD 56860, table "ATTESTATION_REPORT")
// with the certificate of the key that signed it.
type snpReport struct {
	*sevsnp.Attestation
	policy abi.SnpPolicy // of the guest
}

// verifySNP checks that an AMD processor signed a report. The data is the report and
// the certificate table of an extended guest request; of the table, only the
// certificate of the signing key counts, the rest of the chain is AMD's as known
// here.
func verifySNP(data []byte, p *SNPPolicy, now time.Time) (report, error) {
	if len(data) < abi.ReportSize {
		return nil, malformed("report: want %d bytes at the least, got %d", abi.ReportSize, len(data))
	}
	chain, err := parseCertTable(data[abi.ReportSize:])
	if err != nil {
		return nil, err
	}
	r := &snpReport{Attestation: &sevsnp.Attestation{CertificateChain: chain}}
	err = guarded(func() (err error) {
		r.Report, err = abi.ReportToProto(data[:abi.ReportSize])
		return err
	})
	if err != nil {
		return nil, malformed("report: %s", brief(err))
	}
	if r.policy, err = abi.ParseSnpPolicy(r.Report.GetPolicy()); err != nil {
		return nil, malformed("report: %s", brief(err))
	}
	roots, err := snpRoots(p.Roots)
	if err != nil {
		return nil, err
	}
	if len(roots) == 0 { // go-sev-guest would take that for its own roots
		return nil, fmt.Errorf("%w: no root certificate", ErrPolicy)
	}
	err = guarded(func() error {
		return verify.SnpAttestation(r.Attestation, &verify.Options{DisableCertFetching: true, Now: now, TrustedRoots: roots})
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrSignature, brief(err))
	}
	return r, nil
}

func (r *snpReport) binds(_ []byte, data [64]byte) bool {
	return slices.Equal(r.Report.GetReportData(), data[:])
}

func (r *snpReport) validate(policy *Policy) error {
	p := policy.SNP
	if r.policy.Debug && !policy.AllowDebug {
		return ErrDebug
	}
	if found := Digest(r.Report.GetMeasurement()); !slices.Contains(p.Measurements, found) {
		return untrusted("the measurement", found)
	}
	minimum := kds.TCBParts{
		BlSpl: p.MinTCB.Bootloader, TeeSpl: p.MinTCB.TEE, SnpSpl: p.MinTCB.SNP, UcodeSpl: p.MinTCB.Microcode,
	}
	// Threads may share a core, since most hosts are set up so. A migration agent
	// could take the memory along, and memory behind CXL is not protected.
	err := guarded(func() error {
		return validate.SnpAttestation(r.Attestation, &validate.Options{
			GuestPolicy: abi.SnpPolicy{SMT: true, Debug: policy.AllowDebug},
			MinimumTCB:  minimum, MinimumLaunchTCB: minimum,
			VMPL: &p.VMPL,
		})
	})
	if err != nil {
		return fmt.Errorf("%w: %s", ErrTCB, brief(err))
	}
	return nil
}

func (r *snpReport) describe(result *Result) {
	result.Measurements["measurement"] = Digest(r.Report.GetMeasurement())
	result.Debug = r.policy.Debug
	tcb := kds.DecomposeTCBVersion(kds.TCBVersion(r.Report.GetReportedTcb()))
	result.TCB = map[string]string{
		"bootloader": strconv.Itoa(int(tcb.BlSpl)), "tee": strconv.Itoa(int(tcb.TeeSpl)),
		"snp": strconv.Itoa(int(tcb.SnpSpl)), "microcode": strconv.Itoa(int(tcb.UcodeSpl)),
	}
}
