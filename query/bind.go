package query

import (
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/zkpass-go/zkpass/document"
)

// ErrNotBindable is matched by the errors of [BindNonce].
var ErrNotBindable = errors.New("query cannot be bound to a login")

// BindNonce binds a query to a login: the result is true only of a token whose
// member nonce is the given one. The nonce is 32 random bytes in base64url, fresh for
// each request; the holder's app passes it to the issuer as OpenID Connect's nonce
// when the person logs in, so that only a token which was issued for this request
// answers it (OpenID Connect Core 1.0, section 3.1.2.1).
//
// The document with the tag must have format [JWT]; the tag is empty if paths carry
// none. The query must be one expression, or output result and nothing else, as a
// boolean. Each value E of result becomes {"and": [{"==": [nonce, N]}, E]}, and
// nothing else changes. Whether E is a boolean, and the rest of the query right, is
// for [Compile] to say.
func BindNonce(query, tag, nonce string) (string, error) {
	if b, err := base64.RawURLEncoding.Strict().DecodeString(nonce); err != nil || len(b) != 32 || len(nonce) != 43 {
		return "", fmt.Errorf("%w: the nonce is not 32 bytes in base64url", ErrNotBindable)
	}
	if tagLength(tag) < len(tag) {
		return "", fmt.Errorf("%w: a tag is made of ASCII letters, digits and _", ErrNotBindable)
	}
	doc, err := document.ParseValue([]byte(query), MaxText, maxContainers)
	if err != nil {
		return "", fmt.Errorf("%w: the query is no JSON text of at most %d bytes", ErrNotBindable, MaxText)
	}
	var values []*document.Node
	if doc.Root.Kind == document.Object {
		values = []*document.Node{doc.Root}
	} else if values, err = results(doc.Root, nil); err != nil {
		return "", err
	}
	if len(values) == 0 {
		return "", fmt.Errorf("%w: expected one expression, or an output named result", ErrNotBindable)
	}
	path := Path{Tag: tag, Format: JWT, Steps: []Step{{Kind: Member, Name: "nonce"}}}
	var bound []byte
	end := 0
	for _, v := range values {
		bound = append(bound, query[end:v.Start]...)
		bound = fmt.Appendf(bound, `{"and":[{"==":[{"dvar":"%s"},"%s"]},%s]}`, path, nonce, query[v.Start:v.End])
		end = v.End
	}
	return string(append(bound, query[end:]...)), nil
}

// results appends the values of all outputs of a list of statements, in the order of
// the text. Of what is no statement it finds none. The recursion is bounded by
// maxContainers.
func results(list *document.Node, found []*document.Node) ([]*document.Node, error) {
	for _, s := range list.Elems {
		for _, m := range s.Members {
			switch m.Name {
			case "output":
				for _, output := range m.Value.Members {
					if output.Name != "result" {
						return nil, fmt.Errorf("%w: it outputs %s, expected result alone", ErrNotBindable, nameText(output.Name))
					}
					found = append(found, output.Value)
				}
			case "if":
				for _, branch := range m.Value.Members {
					if branch.Name != "then" && branch.Name != "else" {
						continue
					}
					var err error
					if found, err = results(branch.Value, found); err != nil {
						return nil, err
					}
				}
			}
		}
	}
	return found, nil
}
