// Command jwe encrypts standard input to a zkPass service with nothing but a JOSE
// library, to show what goes over the wire: a compact JWE (RFC 7516) of
// {"data": "<the text>"} with ECDH-ES and A256GCM, to the first key for encryption
// of a key set.
//
//	curl -s https://prove.example/.well-known/jwks.json >jwks.json
//	go run ./examples/jwe jwks.json <dvr.jwt >dvr.jwe
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "jwe: error:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("want the file with the service's key set")
	}
	text, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(text, &set); err != nil {
		return fmt.Errorf("reading key set: %w", err)
	}
	data, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	for _, key := range set.Keys {
		if key.Use == "enc" {
			token, err := encrypt(key, strings.TrimRight(string(data), "\n"))
			if err == nil {
				_, err = io.WriteString(out, token)
			}
			return err
		}
	}
	return errors.New("the key set has no key for encryption")
}

func encrypt(key jose.JSONWebKey, text string) (string, error) {
	content, err := json.Marshal(map[string]string{"data": text})
	if err != nil {
		return "", err
	}
	to := jose.Recipient{Algorithm: jose.ECDH_ES, Key: key.Key, KeyID: key.KeyID}
	encrypter, err := jose.NewEncrypter(jose.A256GCM, to, nil)
	if err != nil {
		return "", err
	}
	object, err := encrypter.Encrypt(content)
	if err != nil {
		return "", err
	}
	return object.CompactSerialize()
}
