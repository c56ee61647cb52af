package main

import (
	"bytes"
	"fmt"
	"slices"
)

// wrap is text that is put around a part of a file.
type wrap struct {
	from, to      int
	before, after string
}

// weave puts all changes of a file into its text at once, each behind the question
// whether it is the one to make. The wraps nest, as parts of a syntax tree do; of two around the same
// part the first is outside.
func weave(source []byte, wraps []wrap) []byte {
	begin, end := slices.Clone(wraps), slices.Clone(wraps)
	slices.Reverse(end)
	slices.SortStableFunc(begin, func(a, b wrap) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return b.to - a.to // the outer first
	})
	slices.SortStableFunc(end, func(a, b wrap) int {
		if a.to != b.to {
			return a.to - b.to
		}
		return b.from - a.from // the inner first
	})
	var out bytes.Buffer
	last := 0
	until := func(at int) {
		out.Write(source[last:at])
		last = at
	}
	for len(end) > 0 {
		if len(begin) > 0 && begin[0].from < end[0].to {
			until(begin[0].from)
			out.WriteString(begin[0].before)
			begin = begin[1:]
			continue
		}
		until(end[0].to)
		out.WriteString(end[0].after)
		end = end[1:]
	}
	out.Write(source[last:])
	return out.Bytes()
}

// Variables of the environment that a woven test binary reads.
const (
	variableActive  = "MUTANT"         // package:number of the change to make
	variableReached = "MUTANT_REACHED" // a file to which package:number of each change that is reached is added
)

// switchboard is the file that is added to a package: which change is made, and the functions that changes
// go through.
func switchboard(p *goPackage, changes int) []byte {
	return fmt.Appendf(nil, switchboardText, p.name, p.path, changes, variableActive, variableReached)
}

const switchboardText = `package %[1]s

import (
	mutantio "io"
	mutantos "os"
	mutantconv "strconv"
	mutantstrings "strings"
	mutantatomic "sync/atomic"
)

var mutantActive, mutantReached = mutantSetUp()

var mutantSeen [%[3]d]mutantatomic.Bool

func mutantSetUp() (active int, reached *mutantos.File) {
	active = -1
	if number, ok := mutantstrings.CutPrefix(mutantos.Getenv(%[4]q), %[2]q+":"); ok {
		active, _ = mutantconv.Atoi(number)
	}
	if path := mutantos.Getenv(%[5]q); path != "" {
		reached, _ = mutantos.OpenFile(path, mutantos.O_APPEND|mutantos.O_CREATE|mutantos.O_WRONLY, 0o600)
	}
	return active, reached
}

func mutantOn(n int) bool {
	if mutantReached != nil {
		mutantReach(n)
	}
	return n == mutantActive
}

func mutantReach(n int) {
	if mutantSeen[n].CompareAndSwap(false, true) {
		mutantReached.WriteString(%[2]q + ":" + mutantconv.Itoa(n) + "\n")
	}
}

func mutantDrop(...any) {}

func mutantNil(on bool, err error) error {
	if on {
		return nil
	}
	return err
}

func mutantTerm[E any](on bool, without func() E, e E) (zero E) {
	if !on {
		return e
	}
	if without != nil {
		return without()
	}
	return zero
}

func mutantBound[E any](fixed func(bool) E, v bool) func() E { return func() E { return fixed(v) } }

func mutantOne[E any](on bool, f interface{ One() E }, e E) E {
	if on {
		return f.One()
	}
	return e
}

func mutantOnes[E any](on bool, f interface{ One() E }, es []E) []E {
	if on {
		for i := range es {
			es[i] = f.One()
		}
	}
	return es
}

func mutantFirst(on bool, chosen []int) []int {
	if on {
		for i := range chosen {
			chosen[i] = i
		}
	}
	return chosen
}

type mutantConstant struct{}

func (mutantConstant) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 1
	}
	return len(p), nil
}

func mutantReader(on bool, r mutantio.Reader) mutantio.Reader {
	if on {
		return mutantConstant{}
	}
	return r
}
`
