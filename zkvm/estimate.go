package zkvm

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/query"
)

// Estimate is what it costs to prove a query.
type Estimate struct {
	Class    Class
	Bytes    int     // of a typical proof
	Bits     float64 // of soundness, as Soundness gives them
	Circuits []libzk.CircuitInfo
	Load     libzk.Load
}

// EstimateCost lays out what proves a program over documents of one class, with
// a header of common length, signed under keys like those given (see SampleKey): one for all
// documents, or one for each in the order of the program's. It is as if
// every output were given. It needs no document. Proofs of fewer outputs are smaller by little. It
// fails with ErrUnsupported for a program that cannot be proven.
func EstimateCost(program *query.Program, class Class, keys ...Key) (Estimate, error) {
	return estimate(program, class, keys, sampleHeader)
}

func estimate(program *query.Program, class Class, keys []Key, header string) (Estimate, error) {
	if len(keys) != 1 && len(keys) != len(program.Documents) {
		return Estimate{}, fmt.Errorf("zkvm: %d keys for %d documents", len(keys), len(program.Documents))
	}
	var documents []Document
	for i, source := range program.Documents {
		documents = append(documents, Document{Tag: source.Tag, Key: keys[i%len(keys)], Header: header, Class: class})
	}
	e, err := EstimateDocuments(libzk.V2, program, documents)
	e.Class = class
	return e, err
}

// EstimateDocuments is EstimateCost for documents that are known, each with its own
// class, header and kind of key, and for a profile. The estimate has no class.
func EstimateDocuments(profile libzk.Profile, program *query.Program, documents []Document) (Estimate, error) {
	st := &Statement{Profile: profile, Program: program, Time: estimateTime, Output: sampleOutput(program), Documents: documents}
	p, err := newPlan(st, nil, nil)
	if errors.Is(err, errOutput) { // it has every output: one is of a type that cannot be
		err = fmt.Errorf("%w: the type of an output", ErrUnsupported)
	}
	if err != nil {
		return Estimate{}, err
	}
	return Estimate{Bytes: p.system.TypicalSize(p.published), Bits: p.bits(), Circuits: p.system.Circuits(), Load: p.system.Load()}, nil
}

// estimateTime is the time of estimates. A literal that is the same would be counted once
// with now: no query should have this one.
const estimateTime = 1_787_654_321

// sampleHeader is as long as a header with alg, typ and a short kid.
var sampleHeader = strings.Repeat("A", 64)

// SampleKey is a key of an algorithm to estimate with, of so many bits with RS256 and PS256. What a
// proof costs does not depend on the key beyond these. The modulus is not one of a key pair.
func SampleKey(a Algorithm, bits int) Key {
	if a == ES256 {
		return sampleKey
	}
	return Key{Algorithm: a, Modulus: bytes.Repeat([]byte{0xff}, bits/8)}
}

// sampleKey is the public key of RFC 6979, appendix A.2.5: any would do.
var sampleKey = Key{
	X: coordinate("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"),
	Y: coordinate("7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"),
}

func coordinate(digits string) (c [32]byte) {
	if _, err := hex.Decode(c[:], []byte(digits)); err != nil {
		panic("zkvm: sample key: " + err.Error())
	}
	return c
}

// sampleOutput has a value for each output of the program. Those of a member may
// be of any type, and are a string here, which asks for a marker.
func sampleOutput(program *query.Program) []byte {
	out := []byte{'{'}
	seen := map[int]bool{}
	var walk func(list []query.Statement)
	walk = func(list []query.Statement) {
		for i := range list {
			s := &list[i]
			if s.Kind == query.Output && !seen[s.Slot] {
				seen[s.Slot] = true
				if len(out) > 1 {
					out = append(out, ',')
				}
				out = append(document.AppendString(out, program.Outputs[s.Slot]), ':')
				switch {
				case s.Expr.Array:
					out = append(out, "[]"...)
				case s.Expr.Type&query.String != 0:
					out = append(out, `""`...)
				case s.Expr.Type&query.Number != 0:
					out = append(out, '0')
				default:
					out = strconv.AppendBool(out, true)
				}
			}
			walk(s.Then)
			walk(s.Else)
		}
	}
	walk(program.Body)
	return append(out, '}')
}
