package main

import (
	"fmt"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/query"
)

// loginNonceTag is the tag of the document whose login is bound, in a flag that needs no value.
type loginNonceTag string

// anyTag stands for the document without a tag where the flag has no value.
const anyTag = "TAG"

func (t *loginNonceTag) String() string     { return string(*t) }
func (t *loginNonceTag) Set(s string) error { *t = loginNonceTag(s); return nil }
func (t *loginNonceTag) Type() string       { return "" }

// bind binds a query to a fresh login, and returns its nonce.
func (t loginNonceTag) bind(text string, formats map[string]zkpass.Format) (bound, nonce string, err error) {
	tag := string(t)
	if _, ok := formats[tag]; !ok && tag == anyTag {
		tag = ""
	}
	if format, ok := formats[tag]; !ok {
		return "", "", fmt.Errorf("--login-nonce: want the tag of a document, as in --login-nonce=%s", sortedKeys(formats)[0])
	} else if format != zkpass.FormatJWT {
		return "", "", fmt.Errorf("--login-nonce: %s has format zkpass: an ID token has a nonce, with --format jwt", tagName(tag))
	}
	nonce = zkpass.NewLoginNonce()
	if bound, err = query.BindNonce(text, tag, nonce); err != nil {
		return "", "", fmt.Errorf("--login-nonce: %w", err)
	}
	return bound, nonce, nil
}
