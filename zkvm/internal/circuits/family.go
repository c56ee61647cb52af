package circuits

import (
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

// Family is the compiled circuits. They are public and the same for everybody,
// so they are compiled once and kept.
type Family struct {
	// ECDSA makes the circuit of a step of ECDSA on P-256, the one that is of the P side.
	ECDSA func() *circuit.Circuit[p256.Elem]

	sha256, base64url, json, fold, unescape, place, order func() *circuit.Circuit[elem]
	products                                              [len(Chunks)]func() *circuit.Circuit[elem] // by chunks
	rsa                                                   [len(rsa.Sizes)]func() *circuit.Circuit[elem]

	lock sync.Mutex
	dots map[int]*circuit.Circuit[elem] // by length
}

// maxDots bounds the dot product circuits that are kept: more than there are
// size classes.
const maxDots = 64

var compiled atomic.Pointer[Family]

func init() { Forget() }

// Compiled is the family of this release. Its circuits are compiled when they are asked for.
func Compiled() *Family { return compiled.Load() }

// Forget drops the compiled circuits and tables derived from them; they are made
// again when they are needed. It is for measuring what a fresh process does.
func Forget() {
	libzk.Forget()
	f := &Family{
		sha256:    sync.OnceValue(sha256.Load),
		base64url: sync.OnceValue(base64url.Compile),
		json:      sync.OnceValue(json.Compile),
		fold:      sync.OnceValue(compileFold),
		unescape:  sync.OnceValue(json.CompileUnescape),
		place:     sync.OnceValue(decimal.CompilePlace),
		order:     sync.OnceValue(decimal.CompileOrder),
		ECDSA:     sync.OnceValue(ecdsa.Compile),
		dots:      map[int]*circuit.Circuit[elem]{},
	}
	for i, n := range Chunks {
		f.products[i] = sync.OnceValue(func() *circuit.Circuit[elem] { return compileProducts(n) })
	}
	for i, bits := range rsa.Sizes {
		f.rsa[i] = sync.OnceValue(func() *circuit.Circuit[elem] { return rsa.Compile(bits) })
	}
	compiled.Store(f)
}
