package libzk

// Profile is a form of proofs. Both sides take it from the statement or the request,
// and never from a proof; it is the first thing that a transcript absorbs, so that a
// proof of one profile is none of the other.
type Profile string

const (
	// V2 commits to the P-256 side by points of the curve Tom-256, which halves the
	// proof of a small document. Its soundness rests on SHA-256, AES and discrete logarithms
	// in that curve; what a proof hides rests on none of these, see package pedersen.
	V2 Profile = "libzk-v2"
	// V2Hash commits to both sides by one Merkle tree. It rests on SHA-256 and AES
	// only.
	V2Hash Profile = "libzk-v2-hash"
)

// profiles are those that there are, and whether they commit to the P-256 side by
// points.
var profiles = map[Profile]bool{V2: true, V2Hash: false}

// label begins a transcript.
func (p Profile) label() []byte { return []byte("zkpass " + string(p)) }
