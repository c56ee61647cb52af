package zkpass

import (
	"errors"
	"fmt"
	"strings"
)

// ErrUnprovable tells that tokens signed with an algorithm are read and checked, and
// that there are no proofs about them.
var ErrUnprovable = errors.New("no proofs for this algorithm")

// Provable reports whether documents signed with the algorithm can be proven about.
// It is the one place that says so: commands, the SDK and apps ask it before anybody
// is asked for anything.
func (a Algorithm) Provable() bool { return a == ES256 || a.isRSA() }

// CheckProvable reports an error that wraps [ErrUnprovable], and says what to do,
// unless documents signed with the algorithm can be proven about.
func (a Algorithm) CheckProvable() error {
	if a.Provable() {
		return nil
	}
	if a == ECDHES {
		return fmt.Errorf("%w: a key for ECDH-ES encrypts and signs nothing", ErrAlgorithm)
	}
	var names []string
	for _, other := range []Algorithm{ES256, RS256, PS256} {
		if other.Provable() {
			names = append(names, string(other))
		}
	}
	return fmt.Errorf("%w: %s; the issuer has to sign with %s", ErrUnprovable, string(a), strings.Join(names, " or "))
}
