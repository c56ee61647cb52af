package zkpass

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
)

// Types of PEM blocks (RFC 7468, and what OpenSSL wrote before it).
const (
	pemPrivate     = "PRIVATE KEY" // PKCS #8
	pemPublic      = "PUBLIC KEY"  // SPKI
	pemCertificate = "CERTIFICATE"
	pemECPrivate   = "EC PRIVATE KEY"  // SEC 1
	pemRSAPrivate  = "RSA PRIVATE KEY" // PKCS #1
	pemRSAPublic   = "RSA PUBLIC KEY"  // PKCS #1
	pemEncrypted   = "ENCRYPTED PRIVATE KEY"
	pemOpenSSH     = "OPENSSH PRIVATE KEY"
)

// PEM returns the key as SPKI in PEM, which holds neither id nor algorithm.
func (k *PublicKey) PEM() ([]byte, error) {
	var key crypto.PublicKey = k.rsa
	if k.ec != nil {
		key = k.ec
	}
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil, fmt.Errorf("encoding public key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemPublic, Bytes: der}), nil
}

// PEM returns the key as PKCS #8 in PEM, which holds neither id nor algorithm.
func (k *PrivateKey) PEM() ([]byte, error) {
	var key crypto.PrivateKey = k.rsa
	if k.ec != nil {
		key = k.ec
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encoding private key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemPrivate, Bytes: der}), nil
}

// isPEM tells PEM from JSON. Tools put lines of their own before the first block.
func isPEM(text []byte) bool {
	text = bytes.TrimSpace(text)
	return len(text) > 0 && text[0] != '{' && text[0] != '[' && bytes.Contains(text, []byte("-----BEGIN "))
}

// pemBlocks returns the blocks of a PEM text that hold keys or certificates. The
// block EC PARAMETERS, which OpenSSL writes before a key, says nothing that the key
// does not.
func pemBlocks(text []byte) ([]*pem.Block, error) {
	var blocks []*pem.Block
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			break
		}
		if block.Type != "EC PARAMETERS" {
			blocks = append(blocks, block)
		}
		text = rest
	}
	if bytes.Contains(text, []byte("-----BEGIN ")) {
		return nil, malformed("a block of the PEM text is cut off or damaged")
	}
	return blocks, nil
}

func isPrivateBlock(block *pem.Block) bool { return strings.HasSuffix(block.Type, pemPrivate) }

// parsePublicPEM reads the only public key of a PEM text, or the key of the first
// certificate in a chain.
func parsePublicPEM(text []byte) (*PublicKey, error) {
	blocks, err := pemBlocks(text)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(blocks, isPrivateBlock) {
		return nil, ErrExposed
	}
	keys := slices.DeleteFunc(slices.Clone(blocks), func(b *pem.Block) bool { return b.Type != pemPublic && b.Type != pemRSAPublic })
	switch {
	case len(keys) > 1:
		return nil, malformed("several public keys in the PEM text")
	case len(keys) == 1:
		return parsePublicBlock(keys[0])
	case len(blocks) == 0:
		return nil, malformed("no key in the PEM text")
	}
	return parsePublicBlock(blocks[0])
}

func parsePublicBlock(block *pem.Block) (*PublicKey, error) {
	switch block.Type {
	case pemPublic:
		return parseSPKI(block.Bytes)
	case pemRSAPublic:
		key, err := x509.ParsePKCS1PublicKey(block.Bytes)
		if err != nil {
			return nil, malformed("not a PKCS #1 public key")
		}
		return NewPublicKey(key, RS256, "")
	case pemCertificate:
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, malformed("not an X.509 certificate")
		}
		return NewPublicKey(certificate.PublicKey, signingAlgorithm(certificate.PublicKey), "")
	}
	return nil, malformed("a PEM block %s, want %s, %s or %s", quoteName(block.Type), pemPublic, pemRSAPublic, pemCertificate)
}

func parseSPKI(der []byte) (*PublicKey, error) {
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, malformed("not an SPKI public key of a kind that is known")
	}
	return NewPublicKey(key, signingAlgorithm(key), "")
}

// signingAlgorithm returns what a key from a format without algorithms signs
// with.
func signingAlgorithm(key any) Algorithm {
	switch key.(type) {
	case *rsa.PublicKey, *rsa.PrivateKey:
		return RS256
	}
	return ES256
}

// parsePrivatePEM reads the only private key of a PEM text; certificates may stand
// beside it.
func parsePrivatePEM(text []byte) (*PrivateKey, error) {
	blocks, err := pemBlocks(text)
	if err != nil {
		return nil, err
	}
	private := slices.DeleteFunc(slices.Clone(blocks), func(b *pem.Block) bool { return !isPrivateBlock(b) })
	switch {
	case len(private) > 1:
		return nil, malformed("several private keys in the PEM text")
	case len(private) == 1:
	case len(blocks) == 0:
		return nil, malformed("no key in the PEM text")
	default:
		return nil, malformed("a PEM block %s where a private key is needed", quoteName(blocks[0].Type))
	}
	key, err := parsePrivateBlock(private[0])
	if err != nil {
		return nil, err
	}
	return NewPrivateKey(key, signingAlgorithm(key), "")
}

func parsePrivateBlock(block *pem.Block) (key crypto.PrivateKey, err error) {
	if block.Type == pemEncrypted || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
		return nil, malformed("the private key is encrypted; openssl pkey -in FILE -out NEW.pem asks for the password and writes it without one")
	}
	switch block.Type {
	case pemPrivate:
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case pemECPrivate:
		key, err = x509.ParseECPrivateKey(block.Bytes)
	case pemRSAPrivate:
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case pemOpenSSH:
		return nil, malformed("the private key is in OpenSSH's own format; ssh-keygen -p -m PKCS8 -f FILE turns a copy of it into PKCS #8")
	default:
		return nil, malformed("a PEM block %s, want %s, %s or %s", quoteName(block.Type), pemPrivate, pemECPrivate, pemRSAPrivate)
	}
	if err != nil {
		// The library's text is about ASN.1; what a user can act on is the kind.
		return nil, malformed("the block %s does not hold a P-256 or RSA key", block.Type)
	}
	return key, nil
}
