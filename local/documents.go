package local

import (
	"fmt"
	"maps"
	"slices"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/internal/statement"
	"github.com/zkpass-go/zkpass/zkvm"
)

// documents are the documents to prove about, by tag.
type documents map[string]userData

type userData struct {
	token   *zkpass.JWS
	payload *document.Document
}

// parse reads one token for each tag of a request.
func parse(dvr *zkpass.DVR, tokens map[string]string) (documents, error) {
	for _, tag := range slices.Sorted(maps.Keys(tokens)) {
		if _, ok := dvr.Requests[tag]; !ok {
			return nil, fmt.Errorf("%w: the request does not ask for %s", ErrDocuments, quoted(tag))
		}
	}
	parsed := make(documents, len(dvr.Requests))
	for _, tag := range dvr.Tags() {
		text, ok := tokens[tag]
		if !ok {
			return nil, fmt.Errorf("%w: %s is missing", ErrDocuments, quoted(tag))
		}
		token, err := zkpass.ParseUserDataToken(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", statement.Name(tag), err)
		}
		if dvr.Requests[tag].VerifyingKey.KeysetEndpoint != nil {
			// Before anything is fetched: no key could make up for it.
			if err := checkProvable(tag, token); err != nil {
				return nil, err
			}
		}
		payload, err := document.Parse(token.Payload)
		if err != nil {
			return nil, fmt.Errorf("%s: parsing payload: %w: %w", statement.Name(tag), zkpass.ErrMalformed, err)
		}
		parsed[tag] = userData{token, payload}
	}
	return parsed, nil
}

// checkProvable reports an error unless there are proofs about tokens signed like
// this one.
func checkProvable(tag string, token *zkpass.JWS) error {
	if err := token.Header.Algorithm.CheckProvable(); err != nil {
		return fmt.Errorf("%s: %w: %w", statement.Name(tag), zkvm.ErrUnsupported, err)
	}
	return nil
}

// quoted names a document whose tag may be anything.
func quoted(tag string) string {
	if tag == "" {
		return "a document without a tag"
	}
	return fmt.Sprintf("a document with tag %.40q", tag)
}

// algorithms returns what the tokens name, by tag.
func (d documents) algorithms() map[string]zkpass.Algorithm {
	algorithms := make(map[string]zkpass.Algorithm, len(d))
	for tag, data := range d {
		algorithms[tag] = data.token.Header.Algorithm
	}
	return algorithms
}

// verify checks the issuers' signatures, and that there are proofs about their kind.
func (d documents) verify(keys map[string]*zkpass.PublicKey) error {
	for _, tag := range slices.Sorted(maps.Keys(keys)) {
		if err := d[tag].token.Verify(keys[tag]); err != nil {
			return fmt.Errorf("%s: verifying user data token: %w", statement.Name(tag), err)
		}
		if err := checkProvable(tag, d[tag].token); err != nil {
			return err
		}
	}
	return nil
}

// parsed returns the payloads alone.
func (d documents) parsed() map[string]*document.Document {
	payloads := make(map[string]*document.Document, len(d))
	for tag, data := range d {
		payloads[tag] = data.payload
	}
	return payloads
}
