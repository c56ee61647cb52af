// Command jwe encrypts standard input to a zkPass service with nothing but a JOSE
// library, to show what goes over the wire: a compact JWE (RFC 7516) of
// {"data": "<the text>"} with ECDH-ES and A256GCM, to the first key for encryption
// of a key set.
//
//	curl -s https://prove.example/.well-known/jwks.json >jwks.json
//	go run ./examples/jwe jwks.json <dvr.jwt >dvr.jwe
//	printf '{"":"%s"}' "$(cat token.jwt)" | go run ./examples/jwe jwks.json dvr.jwt >user-data.jwe
//
// The second form is for user data: the header then names the request that it is
// for, so that nobody can have another one answered about it.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
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
	if len(args) != 1 && len(args) != 2 {
		return errors.New("want the file with the service's key set, and for user data that with the request")
	}
	text, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(text, &set); err != nil {
		return fmt.Errorf("reading key set: %w", err)
	}
	var options *jose.EncrypterOptions
	if len(args) == 2 {
		dvr, err := os.ReadFile(args[1])
		if err != nil {
			return err
		}
		sum := sha256.Sum256(bytes.TrimRight(dvr, "\n"))
		options = (&jose.EncrypterOptions{}).WithHeader("zkpass_dvr", base64.RawURLEncoding.EncodeToString(sum[:]))
	}
	data, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	for _, key := range set.Keys {
		if key.Use == "enc" {
			token, err := encrypt(key, strings.TrimRight(string(data), "\n"), options)
			if err == nil {
				_, err = io.WriteString(out, token)
			}
			return err
		}
	}
	return errors.New("the key set has no key for encryption")
}

func encrypt(key jose.JSONWebKey, text string, options *jose.EncrypterOptions) (string, error) {
	content, err := json.Marshal(map[string]string{"data": text})
	if err != nil {
		return "", err
	}
	to := jose.Recipient{Algorithm: jose.ECDH_ES, Key: key.Key, KeyID: key.KeyID}
	encrypter, err := jose.NewEncrypter(jose.A256GCM, to, options)
	if err != nil {
		return "", err
	}
	object, err := encrypter.Encrypt(content)
	if err != nil {
		return "", err
	}
	return object.CompactSerialize()
}
