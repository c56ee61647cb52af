package attest

import (
	"crypto/x509"
	"fmt"
	"time"
)

// Times that a Nitro document is accepted for.
const (
	DefaultMaxAge = 5 * time.Minute
	maxSkew       = time.Minute // how far the clock of the hardware may be ahead
)

// Policy says what evidence is accepted. A platform whose part is nil is refused; at
// least one must be there. A policy is not changed by its use and may be shared.
type Policy struct {
	SNP   *SNPPolicy
	TDX   *TDXPolicy
	Nitro *NitroPolicy
	// AllowDebug accepts machines that their host can look into. Such a machine
	// protects nothing: it is for development.
	AllowDebug bool
	// Now is the time of verification; zero stands for the clock.
	Now time.Time
}

// SNPPolicy is for AMD SEV-SNP, product lines Milan and Genoa.
type SNPPolicy struct {
	// Measurements are the launch measurements trusted, one or more.
	Measurements []Digest
	// MinTCB is the oldest firmware accepted, now and when the machine was started;
	// it must be given.
	MinTCB *SNPTCB
	// VMPL is the privilege level that the report must be from, 0 to 3. The service
	// runs at 0 unless something else, such as a paravisor, runs there.
	VMPL int
	// Roots replace AMD's: for each product line the certificates of ARK, ASK and
	// ASVK, told apart by their common names. Nil stands for AMD's.
	Roots []*x509.Certificate
}

// SNPTCB are versions of firmware; each is compared by itself.
type SNPTCB struct {
	Bootloader, TEE, SNP, Microcode uint8
}

// TDXPolicy is for Intel TDX.
type TDXPolicy struct {
	// Measurements are trusted, each as a whole, one or more.
	Measurements []TDXMeasurement
	// MinTCB is the oldest platform accepted; it must be given.
	MinTCB *TDXTCB
	// Roots replace Intel's root certificate. Nil stands for Intel's.
	Roots []*x509.Certificate
}

// TDXMeasurement names the software of a trust domain. MRTD covers little more than
// the firmware; kernel, command line and disk are in the RTMRs.
type TDXMeasurement struct {
	MRTD  Digest
	RTMR0 Digest  // configuration of the firmware, tables handed in by the host
	RTMR1 Digest  // boot loader and kernel
	RTMR2 Digest  // command line, initial file system
	RTMR3 *Digest // left to the software; not compared if nil
}

// TDXTCB are versions of the platform.
type TDXTCB struct {
	// TEE is TEE_TCB_SVN: each byte is compared by itself, but byte 1, the version
	// of the TDX module, must be equal, since the others count anew with it.
	TEE [16]byte
	// CPU are the components of the PCK certificate, compared one by one.
	CPU [16]byte
	// PCE is the version of the PCE in the PCK certificate.
	PCE uint16
	// QE is the version of Intel's quoting enclave.
	QE uint16
}

// NitroPolicy is for AWS Nitro Enclaves.
type NitroPolicy struct {
	// Measurements are trusted, each as a whole, one or more.
	Measurements []NitroMeasurement
	// MaxAge is how old a document may be; zero stands for [DefaultMaxAge].
	MaxAge time.Duration
	// Roots replace the root certificate of the commercial partition of AWS (G1).
	// Nil stands for that.
	Roots []*x509.Certificate
}

// NitroMeasurement names an enclave image.
type NitroMeasurement struct {
	PCR0 Digest  // the whole image
	PCR1 *Digest // kernel and boot file system; not compared if nil
	PCR2 *Digest // application; not compared if nil
}

func (p *Policy) now() time.Time {
	if p.Now.IsZero() {
		return time.Now()
	}
	return p.Now
}

func (p *Policy) valid() error {
	switch {
	case p.SNP == nil && p.TDX == nil && p.Nitro == nil:
		return fmt.Errorf("%w: it accepts no platform", ErrPolicy)
	case p.SNP != nil && len(p.SNP.Measurements) == 0,
		p.TDX != nil && len(p.TDX.Measurements) == 0,
		p.Nitro != nil && len(p.Nitro.Measurements) == 0:
		return fmt.Errorf("%w: a platform without a measurement to trust", ErrPolicy)
	case p.SNP != nil && p.SNP.MinTCB == nil, p.TDX != nil && p.TDX.MinTCB == nil:
		return fmt.Errorf("%w: a platform without the oldest firmware to accept (min_tcb)", ErrPolicy)
	case p.SNP != nil && (p.SNP.VMPL < 0 || p.SNP.VMPL > 3):
		return fmt.Errorf("%w: want a VMPL from 0 to 3", ErrPolicy)
	case p.Nitro != nil && p.Nitro.MaxAge < 0:
		return fmt.Errorf("%w: a negative age", ErrPolicy)
	}
	return nil
}
