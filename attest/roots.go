package attest

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"

	"github.com/google/go-sev-guest/kds"
	"github.com/google/go-sev-guest/verify/trust"
)

// SHA-256 fingerprints of root certificates. Evidence brings the certificate along.
const (
	// Intel SGX Root CA, https://certificates.trustedservices.intel.com/
	intelRoot = "44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3"
	// AWS Nitro Enclaves Root CA G1 of the commercial partition, published at
	// https://docs.aws.amazon.com/enclaves/latest/user/verify-root.html
	awsRoot = "641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b"
)

// checkRoot accepts a root certificate that came with evidence if it is one of the
// policy's or, without such, has the fingerprint.
func checkRoot(root *x509.Certificate, roots []*x509.Certificate, fingerprint string) error {
	for _, trusted := range roots {
		if trusted.Equal(root) {
			return nil
		}
	}
	sum := sha256.Sum256(root.Raw)
	if roots == nil && hex.EncodeToString(sum[:]) == fingerprint {
		return nil
	}
	return fmt.Errorf("%w: the root certificate is not one that is trusted", ErrSignature)
}

// amdRoots are the certificates of ARK, ASK and ASVK that go-sev-guest has from
// AMD. Turin is left out: the versions of its firmware are laid out in another way,
// which that package does not read yet, so a minimum would be compared with the
// wrong component.
var amdRoots = sync.OnceValues(func() (map[string][]*trust.AMDRootCerts, error) {
	var certs []*x509.Certificate
	for _, chain := range [][]byte{
		trust.AskArkMilanVcekBytes, trust.AskArkMilanVlekBytes, trust.AskArkGenoaVcekBytes, trust.AskArkGenoaVlekBytes,
	} {
		intermediate, root, err := kds.ParseProductCertChain(chain)
		if err != nil {
			return nil, err
		}
		for _, der := range [][]byte{intermediate, root} {
			cert, err := x509.ParseCertificate(der)
			if err != nil {
				return nil, err
			}
			certs = append(certs, cert)
		}
	}
	return groupAMD(certs)
})

// snpRoots returns what to trust, by product line.
func snpRoots(roots []*x509.Certificate) (map[string][]*trust.AMDRootCerts, error) {
	if roots == nil {
		return amdRoots()
	}
	return groupAMD(roots)
}

// groupAMD tells the certificates of product lines apart by their common names:
// ARK-Milan, SEV-Milan and SEV-VLEK-Milan.
func groupAMD(certs []*x509.Certificate) (map[string][]*trust.AMDRootCerts, error) {
	groups := make(map[string][]*trust.AMDRootCerts)
	line := func(name string) *trust.ProductCerts {
		if groups[name] == nil {
			groups[name] = []*trust.AMDRootCerts{{Product: name, ProductLine: name, ProductCerts: &trust.ProductCerts{}}}
		}
		return groups[name][0].ProductCerts
	}
	for _, cert := range certs {
		name := cert.Subject.CommonName
		if product, ok := strings.CutPrefix(name, "ARK-"); ok {
			line(product).Ark = cert
		} else if product, ok := strings.CutPrefix(name, "SEV-VLEK-"); ok {
			line(product).Asvk = cert
		} else if product, ok := strings.CutPrefix(name, "SEV-"); ok {
			line(product).Ask = cert
		} else {
			return nil, fmt.Errorf("%w: want root certificates of ARK, ASK or ASVK", ErrPolicy)
		}
	}
	delete(groups, "Turin")
	return groups, nil
}
