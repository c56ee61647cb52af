package attest

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"os"
	"slices"
	"testing"
)

func awsRootCertificate(t *testing.T) *x509.Certificate {
	t.Helper()
	text, err := os.ReadFile("testdata/aws-nitro-root-g1.pem")
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func TestCheckRoot(t *testing.T) {
	aws := awsRootCertificate(t)
	if err := checkRoot(aws, nil, awsRoot); err != nil {
		t.Errorf("the certificate that AWS publishes: %v", err)
	}
	if err := checkRoot(aws, []*x509.Certificate{aws}, intelRoot); err != nil {
		t.Errorf("a root of the policy: %v", err)
	}
	for name, err := range map[string]error{
		"another vendor's":         checkRoot(aws, nil, intelRoot),
		"the policy has none":      checkRoot(aws, []*x509.Certificate{}, awsRoot),
		"the policy has another":   checkRoot(aws, []*x509.Certificate{{Raw: []byte{1}}}, awsRoot),
		"a certificate without it": checkRoot(&x509.Certificate{Raw: aws.Raw[:len(aws.Raw)-1]}, nil, awsRoot),
	} {
		if !errors.Is(err, ErrSignature) {
			t.Errorf("%s: got error %v", name, err)
		}
	}
}

func TestAMDRoots(t *testing.T) {
	groups, err := amdRoots()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line, roots := range groups {
		lines = append(lines, line)
		if certs := roots[0].ProductCerts; len(roots) != 1 || certs.Ark == nil || certs.Ask == nil || certs.Asvk == nil {
			t.Errorf("%s: a certificate is missing", line)
		}
	}
	slices.Sort(lines)
	if !slices.Equal(lines, []string{"Genoa", "Milan"}) {
		t.Errorf("got product lines %v", lines)
	}
	turin := &x509.Certificate{Subject: pkix.Name{CommonName: "ARK-Turin"}}
	if groups, err := groupAMD([]*x509.Certificate{turin}); err != nil || len(groups) != 0 {
		t.Errorf("Turin is accepted: %v, %v", groups, err)
	}
	if _, err := groupAMD([]*x509.Certificate{awsRootCertificate(t)}); !errors.Is(err, ErrPolicy) {
		t.Errorf("a certificate that is not AMD's: %v", err)
	}
}
