// Package golden keeps statements with proofs of every kind: of each family of
// operators, size class, signature algorithm and profile, about one document and several.
// They hold the format, which is frozen: what verified once must verify for ever. So
// no file ever changes, which [Sums] holds, and new cases are added beside them, by
//
//	go run ./zkvm/internal/golden/make
//
// A file NAME.json has the statement, NAME.proof the proof. Whoever writes another
// verifier may read them: names and meanings are those of docs/protocol.md, section 1.
package golden

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm"
)

// Dir is where the files are, below the module's directory.
const Dir = "zkvm/testdata/golden"

// Sums is the file of all files' SHA-256 digests, as sha256sum writes it.
const Sums = "SHA256SUMS"

// File is the file of a statement.
type File struct {
	Profile   string         `json:"profile"`
	Query     string         `json:"query"`
	Digest    string         `json:"digest"` // of the DVR, in hexadecimal
	Time      int64          `json:"time"`   // Unix seconds
	Documents []FileDocument `json:"documents"`
	Output    string         `json:"output"`
}

// FileDocument is a document in the file of a statement.
type FileDocument struct {
	Tag       string `json:"tag"`
	Format    string `json:"format"`    // zkpass or jwt
	Algorithm string `json:"algorithm"` // ES256, RS256 or PS256
	Key       string `json:"key"`       // x and y, or the modulus, in hexadecimal
	Header    string `json:"header"`    // as it stands in the token
	Bytes     int    `json:"bytes"`     // the size class
	Depth     int    `json:"depth"`
	Escapes   bool   `json:"escapes,omitempty"`
	Names     bool   `json:"names,omitempty"`
}

var algorithms = []zkvm.Algorithm{zkvm.ES256, zkvm.RS256, zkvm.PS256}

// fileOf is the file of a statement over a query's text.
func fileOf(text string, st *zkvm.Statement) File {
	f := File{string(st.Profile), text, hex.EncodeToString(st.Digest[:]), st.Time, nil, string(st.Output)}
	for i, d := range st.Documents {
		key := d.Key.Modulus
		if d.Key.Algorithm == zkvm.ES256 {
			key = append(append(key, d.Key.X[:]...), d.Key.Y[:]...)
		}
		f.Documents = append(f.Documents, FileDocument{
			d.Tag, st.Program.Documents[i].Format.String(), d.Key.Algorithm.String(), hex.EncodeToString(key), d.Header,
			d.Class.Bytes, d.Class.Depth, d.Class.Escapes, d.Class.Names,
		})
	}
	return f
}

// Statement is the statement of a file.
func (f *File) Statement() (*zkvm.Statement, error) {
	st := &zkvm.Statement{Profile: libzk.Profile(f.Profile), Time: f.Time, Output: []byte(f.Output)}
	if n, err := hex.Decode(st.Digest[:], []byte(f.Digest)); err != nil || n != len(st.Digest) {
		return nil, fmt.Errorf("digest of %d bytes: %w", n, err)
	}
	var tags []string
	var options []query.Option
	for _, d := range f.Documents {
		tags = append(tags, d.Tag)
		if d.Format == query.JWT.String() {
			options = append(options, query.WithFormat(d.Tag, query.JWT))
		}
		key, err := hex.DecodeString(d.Key)
		if err != nil {
			return nil, fmt.Errorf("key: %w", err)
		}
		document := zkvm.Document{
			Tag: d.Tag, Header: d.Header, Class: zkvm.Class{Bytes: d.Bytes, Depth: d.Depth, Escapes: d.Escapes, Names: d.Names},
		}
		for _, a := range algorithms {
			if a.String() == d.Algorithm {
				document.Key.Algorithm = a
			}
		}
		if document.Key.Algorithm == zkvm.ES256 {
			copy(document.Key.X[:], key)
			copy(document.Key.Y[:], key[len(key)/2:])
		} else {
			document.Key.Modulus = key
		}
		st.Documents = append(st.Documents, document)
	}
	var err error
	if st.Program, err = query.Compile([]byte(f.Query), tags, options...); err != nil {
		return nil, err
	}
	return st, nil
}

// Read reads the statement and the proof of a name.
func Read(dir, name string) (*zkvm.Statement, []byte, error) {
	text, err := os.ReadFile(filepath.Join(dir, name+".json"))
	if err != nil {
		return nil, nil, err
	}
	var f File
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	st, err := f.Statement()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	proof, err := os.ReadFile(filepath.Join(dir, name+".proof"))
	return st, proof, err
}

// Write adds a statement and its proof to the files of a directory, and to its digests.
// It fails with [fs.ErrExist] if there are files of that name.
func Write(dir, name, text string, st *zkvm.Statement, proof []byte) error {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(fileOf(text, st)); err != nil {
		return err
	}
	sums := ""
	for _, f := range []struct {
		name string
		data []byte
	}{{name + ".json", []byte(b.String())}, {name + ".proof", proof}} {
		if err := add(filepath.Join(dir, f.name), os.O_EXCL, f.data); err != nil {
			return err
		}
		sums += fmt.Sprintf("%x  %s\n", sha256.Sum256(f.data), f.name)
	}
	return add(filepath.Join(dir, Sums), os.O_APPEND, []byte(sums))
}

// add writes to a file, which it makes if there is none.
func add(path string, flag int, data []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|flag, 0o644)
	if err != nil {
		return err
	}
	if _, err := file.Write(data); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
