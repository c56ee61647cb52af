package zkvm

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/p256"
	"github.com/zkpass-go/zkpass/zkvm/internal/base64url"
	"github.com/zkpass-go/zkpass/zkvm/internal/decimal"
	"github.com/zkpass-go/zkpass/zkvm/internal/ecdsa"
	"github.com/zkpass-go/zkpass/zkvm/internal/json"
	"github.com/zkpass-go/zkpass/zkvm/internal/rsa"
	"github.com/zkpass-go/zkpass/zkvm/internal/sha256"
)

// families are the zkVMs that this package proves and verifies with, by the name that
// a request asks for. A later one stands beside those that are here, with circuits of its
// own: what a name means never changes once it is released, so that proofs and requests
// stay good.
var families = []struct {
	name     libzk.Profile
	circuits *atomic.Pointer[family]
}{
	{libzk.V2, &compiled},
	{libzk.V2Hash, &compiled}, // the same statements, committed otherwise
}

// Families lists the names of the zkVMs of this package.
func Families() (names []libzk.Profile) {
	for _, f := range families {
		names = append(names, f.name)
	}
	return names
}

// familyOf is the circuits of a name.
func familyOf(name libzk.Profile) (*family, error) {
	for _, f := range families {
		if f.name == name {
			return f.circuits.Load(), nil
		}
	}
	return nil, fmt.Errorf("no zkVM %.40q, there are %v", name, Families())
}

// family is the compiled circuits. They are public and the same for everybody,
// so they are compiled once and kept.
type family struct {
	sha256, base64url, json, fold, unescape, place, order func() *circuit.Circuit[elem]
	products                                              [len(chunks)]func() *circuit.Circuit[elem] // by chunks
	rsa                                                   [len(rsa.Sizes)]func() *circuit.Circuit[elem]
	ecdsa                                                 func() *circuit.Circuit[p256.Elem]

	lock sync.Mutex
	dots map[int]*circuit.Circuit[elem] // by length
}

// maxDots bounds the dot product circuits that are kept: more than there are
// size classes.
const maxDots = 64

var compiled atomic.Pointer[family]

func init() { Forget() }

// Forget drops the compiled circuits and tables derived from them; they are made
// again when they are needed. It is for measuring what a fresh process does.
func Forget() {
	libzk.Forget()
	f := &family{
		sha256:    sync.OnceValue(sha256.Load),
		base64url: sync.OnceValue(base64url.Compile),
		json:      sync.OnceValue(json.Compile),
		fold:      sync.OnceValue(compileFold),
		unescape:  sync.OnceValue(json.CompileUnescape),
		place:     sync.OnceValue(decimal.CompilePlace),
		order:     sync.OnceValue(decimal.CompileOrder),
		ecdsa:     sync.OnceValue(ecdsa.Compile),
		dots:      map[int]*circuit.Circuit[elem]{},
	}
	for i, n := range chunks {
		f.products[i] = sync.OnceValue(func() *circuit.Circuit[elem] { return compileProducts(n) })
	}
	for i, bits := range rsa.Sizes {
		f.rsa[i] = sync.OnceValue(func() *circuit.Circuit[elem] { return rsa.Compile(bits) })
	}
	compiled.Store(f)
}

func (f *family) dot(n int) *circuit.Circuit[elem] {
	f.lock.Lock()
	defer f.lock.Unlock()
	c, ok := f.dots[n]
	if !ok {
		if len(f.dots) >= maxDots {
			clear(f.dots)
		}
		c = compileDot(n)
		f.dots[n] = c
	}
	return c
}

// circuit is the circuit of a use of a plan.
func (p *plan) circuit(use int) *circuit.Circuit[elem] {
	f := p.family
	switch use {
	case useSHA:
		return f.sha256()
	case useBase64:
		return f.base64url()
	case useJSON:
		return f.json()
	case useProducts:
		return f.products[slices.Index(chunks[:], p.chunk)]()
	case useFold:
		return f.fold()
	case useUnescape:
		return f.unescape()
	case usePlace:
		return f.place()
	case useOrder:
		return f.order()
	case useRSA2048, useRSA3072, useRSA4096:
		return f.rsa[use-useRSA2048]()
	}
	return f.dot(3 * p.st.Documents[use-useDots].Class.groups()) // the first document of its length
}
