package worker

import (
	"fmt"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/internal/statement"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/zkvm"
)

// load lays a task's proof out and counts what proving it keeps in memory. It checks
// neither keys nor signatures: nothing is taken from this but how much memory there
// has to be.
func (t *task) load() (libzk.Load, error) {
	request, err := zkpass.ParseDVRToken(t.DVR)
	if err != nil {
		return libzk.Load{}, err
	}
	program, err := statement.Compile(&request.DVR)
	if err != nil {
		return libzk.Load{}, err
	}
	documents := make([]zkvm.Document, len(program.Documents))
	for i, source := range program.Documents {
		token, err := zkpass.ParseUserDataToken(t.UserData[source.Tag])
		if err != nil {
			return libzk.Load{}, fmt.Errorf("%s: %w", statement.Name(source.Tag), err)
		}
		payload, err := document.Parse(token.Payload)
		if err != nil {
			return libzk.Load{}, fmt.Errorf("%s: parsing payload: %w: %w", statement.Name(source.Tag), zkpass.ErrMalformed, err)
		}
		class, err := statement.ClassOf(payload, program, source.Tag)
		if err != nil {
			return libzk.Load{}, fmt.Errorf("%s: %w", statement.Name(source.Tag), err)
		}
		documents[i] = zkvm.Document{Tag: source.Tag, Key: keyLike(token), Header: token.Protected, Class: class}
	}
	e, err := zkvm.EstimateDocuments(libzk.Profile(request.DVR.ZKVM), program, documents)
	return e.Load, err
}

// keyLike is a key such as a token may be signed with.
func keyLike(token *zkpass.JWS) zkvm.Key {
	switch token.Header.Algorithm {
	case zkpass.RS256:
		return zkvm.SampleKey(zkvm.RS256, 8*len(token.Signature))
	case zkpass.PS256:
		return zkvm.SampleKey(zkvm.PS256, 8*len(token.Signature))
	default:
		return zkvm.SampleKey(zkvm.ES256, 256)
	}
}
