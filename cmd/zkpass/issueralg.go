package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm"
)

// issuerAlg is an algorithm that an issuer signs with, and the size of its key: what a
// proof costs depends on both.
type issuerAlg struct {
	alg  zkpass.Algorithm
	bits int // of an RSA key; 0 with ES256
}

// issuerAlgs are all of them as flags have them, for messages.
const issuerAlgs = "ES256, or RS256 or PS256 with the size of the key, as in RS256-2048, RS256-3072 or RS256-4096"

// issuerAlgNames are they, for shells to complete.
var issuerAlgNames = []string{"ES256", "RS256-2048", "RS256-3072", "RS256-4096", "PS256-2048", "PS256-3072", "PS256-4096"}

// parseIssuerAlg reads a name such as ES256, RS256 or PS256-4096; without a size a key
// has 2048 bits.
func parseIssuerAlg(text string) (issuerAlg, error) {
	name, size, sized := strings.Cut(text, "-")
	a := issuerAlg{alg: zkpass.Algorithm(name)}
	switch {
	case a.alg == zkpass.ES256 && !sized:
		return a, nil
	case a.alg == zkpass.RS256 || a.alg == zkpass.PS256:
		a.bits = 2048
		if sized {
			a.bits, _ = strconv.Atoi(size) // zero is no size either
		}
		if a.bits == 2048 || a.bits == 3072 || a.bits == 4096 {
			return a, nil
		}
	}
	return issuerAlg{}, fmt.Errorf("want %s, not %q", issuerAlgs, text)
}

func (a issuerAlg) String() string {
	if a.bits == 0 {
		return string(a.alg)
	}
	return fmt.Sprintf("%s-%d", a.alg, a.bits)
}

// generate makes a key.
func (a issuerAlg) generate() (*zkpass.PrivateKey, error) {
	if a.bits == 0 {
		return zkpass.GenerateKey(a.alg, "")
	}
	return zkpass.GenerateRSAKey(a.alg, a.bits, "")
}

// sample is a key to estimate costs with.
func (a issuerAlg) sample() zkvm.Key {
	switch a.alg {
	case zkpass.RS256:
		return zkvm.SampleKey(zkvm.RS256, a.bits)
	case zkpass.PS256:
		return zkvm.SampleKey(zkvm.PS256, a.bits)
	}
	return zkvm.SampleKey(zkvm.ES256, 256)
}

// issuerAlgOf are the algorithms of documents by tag. That of no tag is for all
// documents that have none of their own, and ES256 if it is not there.
type issuerAlgOf map[string]issuerAlg

// parseIssuerAlgs reads the values of a flag --alg, [tag:]ALG.
func parseIssuerAlgs[D any](args []string, documents map[string]D) (issuerAlgOf, error) {
	values, err := parseAllTagged("alg", args)
	if err != nil {
		return nil, err
	}
	algs := issuerAlgOf{}
	tags := map[string]string{}
	for tag, text := range values {
		if algs[tag], err = parseIssuerAlg(text); err != nil {
			return nil, fmt.Errorf("--alg: %w", err)
		}
		if tag != "" {
			tags[tag] = text
		}
	}
	return algs, onlyFor("alg", tags, documents)
}

func (m issuerAlgOf) of(tag string) issuerAlg {
	for _, t := range []string{tag, ""} {
		if a, ok := m[t]; ok {
			return a
		}
	}
	return issuerAlg{alg: zkpass.ES256}
}

// samples are keys to estimate with, for each document of a program.
func (m issuerAlgOf) samples(program *query.Program) (keys []zkvm.Key) {
	for _, d := range program.Documents {
		keys = append(keys, m.of(d.Tag).sample())
	}
	return keys
}

// words are the algorithms of a program's documents, each once.
func (m issuerAlgOf) words(program *query.Program) string {
	var names []string
	for _, d := range program.Documents {
		name := m.of(d.Tag).String()
		if d.Tag != "" && len(m) > 0 {
			name += " (" + d.Tag + ")"
		}
		names = append(names, name)
	}
	if len(m) == 0 {
		return m.of("").String()
	}
	return strings.Join(names, ", ")
}
