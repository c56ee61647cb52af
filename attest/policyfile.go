package attest

import (
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"math"
	"strings"
	"time"
)

// MaxPolicy bounds the text of a policy, in bytes.
const MaxPolicy = 256 << 10

const maxMeasurements = 256

// ParsePolicy reads a policy from JSON:
//
//	{
//	  "sev-snp": {
//	    "measurements": ["<96 hexadecimal digits>"],
//	    "min_tcb": {"bootloader": 4, "tee": 0, "snp": 22, "microcode": 213},
//	    "vmpl": 0
//	  },
//	  "tdx": {
//	    "measurements": [{"mrtd": "...", "rtmr0": "...", "rtmr1": "...", "rtmr2": "...", "rtmr3": "..."}],
//	    "min_tcb": {"tee": "<32 digits>", "cpu": "<32 digits>", "pce": 13, "qe": 4}
//	  },
//	  "nitro": {
//	    "measurements": [{"pcr0": "...", "pcr1": "...", "pcr2": "..."}],
//	    "max_age": 300
//	  },
//	  "allow_debug": false
//	}
//
// A platform that is left out is refused. vmpl, rtmr3, pcr1, pcr2, max_age (seconds)
// and allow_debug may be left out. Each platform may have "roots", certificates in
// PEM that replace the vendor's. An unknown member is an error.
func ParsePolicy(text []byte) (*Policy, error) {
	o := openObject("attestation policy", text, MaxPolicy)
	p := &Policy{AllowDebug: o.flag("allow_debug")}
	if inner := o.inner(string(SEVSNP)); inner != nil {
		p.SNP = inner.snp()
	}
	if inner := o.inner(string(TDX)); inner != nil {
		p.TDX = inner.tdx()
	}
	if inner := o.inner(string(Nitro)); inner != nil {
		p.Nitro = inner.nitro()
	}
	if err := o.end(); err != nil {
		return nil, err
	}
	return p, p.valid()
}

func (o *object) snp() *SNPPolicy {
	p := &SNPPolicy{Roots: o.roots()}
	for _, node := range o.list("measurements", maxMeasurements) {
		text, err := o.doc.Text(node)
		if err != nil {
			o.fail("member measurements: want strings")
			break
		}
		p.Measurements = append(p.Measurements, o.parseDigest("measurements", text))
	}
	if tcb := o.inner("min_tcb"); tcb != nil {
		component := func(name string) uint8 { return uint8(tcb.integer(name, tcb.need(name), 0, math.MaxUint8)) }
		p.MinTCB = &SNPTCB{component("bootloader"), component("tee"), component("snp"), component("microcode")}
		_ = tcb.end() // the error is shared with o
	}
	p.VMPL = int(o.integer("vmpl", o.opt("vmpl"), 0, 3))
	_ = o.end()
	return p
}

func (o *object) tdx() *TDXPolicy {
	p := &TDXPolicy{Roots: o.roots()}
	for _, node := range o.list("measurements", maxMeasurements) {
		m := o.within(o.doc, node, o.where+": measurement")
		p.Measurements = append(p.Measurements, TDXMeasurement{
			MRTD: m.digest("mrtd"), RTMR0: m.digest("rtmr0"), RTMR1: m.digest("rtmr1"), RTMR2: m.digest("rtmr2"),
			RTMR3: m.optDigest("rtmr3"),
		})
		_ = m.end()
	}
	if tcb := o.inner("min_tcb"); tcb != nil {
		p.MinTCB = &TDXTCB{TEE: tcb.versions("tee"), CPU: tcb.versions("cpu")}
		p.MinTCB.PCE = uint16(tcb.integer("pce", tcb.need("pce"), 0, math.MaxUint16))
		p.MinTCB.QE = uint16(tcb.integer("qe", tcb.need("qe"), 0, math.MaxUint16))
		_ = tcb.end()
	}
	_ = o.end()
	return p
}

func (o *object) nitro() *NitroPolicy {
	p := &NitroPolicy{Roots: o.roots()}
	for _, node := range o.list("measurements", maxMeasurements) {
		m := o.within(o.doc, node, o.where+": measurement")
		p.Measurements = append(p.Measurements, NitroMeasurement{m.digest("pcr0"), m.optDigest("pcr1"), m.optDigest("pcr2")})
		_ = m.end()
	}
	if node := o.opt("max_age"); node != nil {
		p.MaxAge = time.Duration(o.integer("max_age", node, 1, 24*60*60)) * time.Second
	}
	_ = o.end()
	return p
}

func (o *object) digest(name string) Digest { return o.parseDigest(name, o.str(name)) }

func (o *object) optDigest(name string) *Digest {
	node := o.opt(name)
	if node == nil {
		return nil
	}
	d := o.parseDigest(name, o.text(name, node))
	return &d
}

func (o *object) parseDigest(name, text string) Digest {
	d, err := ParseDigest(text)
	if err != nil {
		o.fail("member %s: %w", name, err)
	}
	return d
}

// versions takes 16 bytes in hexadecimal digits.
func (o *object) versions(name string) (v [16]byte) {
	text := o.str(name)
	if data, err := hex.DecodeString(text); err == nil && len(data) == len(v) {
		return [16]byte(data)
	}
	o.fail("member %s: want %d hexadecimal digits", name, hex.EncodedLen(len(v)))
	return v
}

// roots takes certificates in PEM, and nil if the member is left out.
func (o *object) roots() []*x509.Certificate {
	node := o.opt("roots")
	if node == nil {
		return nil
	}
	var certs []*x509.Certificate
	rest := strings.TrimSpace(o.text("roots", node))
	for rest != "" {
		block, after := pem.Decode([]byte(rest))
		if block == nil || block.Type != "CERTIFICATE" {
			o.fail("member roots: want certificates in PEM")
			return nil
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			o.fail("member roots: %w", err)
			return nil
		}
		certs = append(certs, cert)
		rest = strings.TrimSpace(string(after))
	}
	if len(certs) == 0 {
		o.fail("member roots: want a certificate in PEM")
	}
	return certs
}
