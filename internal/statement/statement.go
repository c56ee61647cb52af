package statement

import (
	"encoding/hex"
	"fmt"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm"
)

// Document is what a statement says of one document.
type Document struct {
	Key    *zkpass.PublicKey // the issuer's
	Header string            // the protected header as it stands in the token
	Class  zkvm.Class
}

// New makes the statement that the program of a request, see [Compile], gives the
// output at a time over one document for each tag of the request.
func New(dvr *zkpass.DVR, program *query.Program, documents map[string]Document, at time.Time, output []byte) (*zkvm.Statement, error) {
	s := &zkvm.Statement{Profile: libzk.Profile(dvr.ZKVM), Program: program, Time: at.Unix(), Output: output}
	if _, err := hex.Decode(s.Digest[:], []byte(dvr.Digest())); err != nil {
		return nil, fmt.Errorf("digest of the request: %w", err)
	}
	if len(documents) != len(program.Documents) {
		return nil, fmt.Errorf("%w: %d documents, the request asks for %d", zkpass.ErrMalformed, len(documents), len(program.Documents))
	}
	for _, source := range program.Documents {
		document, ok := documents[source.Tag]
		if !ok {
			return nil, fmt.Errorf("%s: %w: it is missing", Name(source.Tag), zkpass.ErrMalformed)
		}
		key, err := document.key()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", Name(source.Tag), err)
		}
		s.Documents = append(s.Documents, zkvm.Document{Tag: source.Tag, Key: key, Header: document.Header, Class: document.Class})
	}
	return s, nil
}

// key returns the issuer's key for the zkVM, which reads no header: that the token
// does not name another algorithm than its key has is settled here.
func (d Document) key() (zkvm.Key, error) {
	header, err := zkpass.ParseHeader(d.Header)
	if err != nil {
		return zkvm.Key{}, err
	}
	if header.Algorithm != d.Key.Algorithm() {
		return zkvm.Key{}, fmt.Errorf("%w: the header names %s, the issuer's key is for %s", zkpass.ErrAlgorithm, header.Algorithm, d.Key.Algorithm())
	}
	if err := header.Algorithm.CheckProvable(); err != nil {
		return zkvm.Key{}, fmt.Errorf("%w: %w", zkvm.ErrUnsupported, err)
	}
	if n := d.Key.Modulus(); n != nil {
		algorithm := zkvm.RS256
		if header.Algorithm == zkpass.PS256 {
			algorithm = zkvm.PS256
		}
		return zkvm.Key{Algorithm: algorithm, Modulus: n}, nil
	}
	x, y, ok := d.Key.Point()
	if !ok {
		return zkvm.Key{}, fmt.Errorf("%w: want an issuer key on P-256 or of RSA", zkpass.ErrAlgorithm)
	}
	return zkvm.Key{X: x, Y: y}, nil
}

// Name names a document in an error.
func Name(tag string) string {
	if tag == "" {
		return "the document"
	}
	return "document " + tag
}
