package golden

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/internal/statement"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm"
)

// Keys are issuers' keys, made as they are asked for.
type Keys map[string]crypto.Signer

// key is the key of a name: an algorithm, and the bits of a modulus.
func (k Keys) key(name string) (crypto.Signer, error) {
	if key := k[name]; key != nil {
		return key, nil
	}
	var key crypto.Signer
	_, bits, _ := strings.Cut(name, "-")
	n, err := strconv.Atoi("0" + bits)
	switch {
	case err != nil:
	case n == 0:
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	default:
		key, err = rsa.GenerateKey(rand.Reader, n)
	}
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", name, err)
	}
	k[name] = key
	return key, nil
}

// sign signs a document and returns what a statement and its prover know of it.
func (k Keys) sign(d Document) (public zkvm.Document, secret zkvm.Secret, err error) {
	key, err := k.key(d.Key)
	if err != nil {
		return public, secret, err
	}
	algorithm, _, _ := strings.Cut(d.Key, "-")
	public = zkvm.Document{Tag: d.Tag, Header: base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"` + algorithm + `","kid":"golden"}`))}
	secret.Payload = base64.RawURLEncoding.EncodeToString([]byte(d.Payload))
	digest := sha256.Sum256([]byte(public.Header + "." + secret.Payload))
	switch key := key.(type) {
	case *ecdsa.PrivateKey:
		point, err := key.PublicKey.Bytes()
		if err != nil {
			return public, secret, err
		}
		copy(public.Key.X[:], point[1:33])
		copy(public.Key.Y[:], point[33:])
		r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
		if err != nil {
			return public, secret, err
		}
		secret.Signature = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	case *rsa.PrivateKey:
		public.Key = zkvm.Key{Algorithm: zkvm.RS256, Modulus: key.N.Bytes()}
		if algorithm == zkvm.PS256.String() {
			public.Key.Algorithm = zkvm.PS256
			secret.Signature, err = rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
		} else {
			secret.Signature, err = rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
		}
	}
	return public, secret, err
}

// Statement signs a case's documents and evaluates its query: a statement, and what its
// prover knows.
func (c *Case) Statement(k Keys) (*zkvm.Statement, []zkvm.Secret, error) {
	var tags []string
	var options []query.Option
	documents, parsed := map[string]Document{}, map[string]*document.Document{}
	for _, d := range c.Documents {
		tags, documents[d.Tag] = append(tags, d.Tag), d
		if !d.ZkPass {
			options = append(options, query.WithFormat(d.Tag, query.JWT))
		}
		doc, err := document.Parse([]byte(d.Payload))
		if err != nil {
			return nil, nil, err
		}
		parsed[d.Tag] = doc
	}
	program, err := query.Compile([]byte(c.Query), tags, options...)
	if err != nil {
		return nil, nil, err
	}
	out, err := program.Eval(parsed, time.Unix(Time, 0))
	if err != nil {
		return nil, nil, err
	}
	st := &zkvm.Statement{Profile: c.Profile, Program: program, Digest: sha256.Sum256([]byte(c.Name)), Time: Time, Output: out.JSON}
	var secrets []zkvm.Secret
	for _, source := range program.Documents {
		d := documents[source.Tag]
		public, secret, err := k.sign(d)
		if err != nil {
			return nil, nil, err
		}
		if public.Class, err = statement.ClassOf(parsed[d.Tag], program, d.Tag); err != nil {
			return nil, nil, err
		}
		public.Class.Depth = max(public.Class.Depth, d.Depth)
		st.Documents, secrets = append(st.Documents, public), append(secrets, secret)
	}
	return st, secrets, nil
}

// Make makes the files of a case.
func (c *Case) Make(ctx context.Context, dir string, k Keys) (size int, err error) {
	st, secrets, err := c.Statement(k)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", c.Name, err)
	}
	proof, err := zkvm.Prove(ctx, st, secrets)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", c.Name, err)
	}
	return len(proof), Write(dir, c.Name, c.Query, st, proof)
}
