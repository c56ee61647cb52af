package main

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/query"
)

// methodVersion returns the identifier of what proves a query. It stands in a
// request as query_method_ver; prover and verifier compute it anew and compare.
var methodVersion = func(program *query.Program) (string, error) {
	hash := sha256.New()
	hash.Write([]byte(zkpass.LibZK))
	hash.Write([]byte{0}) // keeps the name and the program apart
	hash.Write(program.Canonical())
	return hex.EncodeToString(hash.Sum(nil)), nil
}
