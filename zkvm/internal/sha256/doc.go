// Package sha256 is the circuit of the SHA-256 compression function (FIPS 180-4,
// section 6.2.2): one copy compresses one block. Padding, the number of blocks
// and the choice of the digest are not its business; nor is hashing outside of
// proofs.
//
// The inputs of a copy are the bits of the block, of the chaining value before
// it, of the message schedule W[16..63], of the registers e and a after each
// round, and of the chaining value after the block. It assumes that all of them
// are bits, and enforces, modulo 2^32,
//
//	W[t] = σ1(W[t-2]) + W[t-7] + σ0(W[t-15]) + W[t-16]           t = 16..63
//	e'   = d + h + Σ1(e) + Ch(e,f,g) + K[t] + W[t]                t = 0..63
//	a'   = e' - d + Σ0(a) + Maj(a,b,c)
//	out  = in + registers after round 63
//
// so that the block and the first chaining value determine everything else. As
// every round's result is an input, rounds do not wait for each other, and the
// depth is that of one sum.
//
// # Addition
//
// Exclusive or is addition of the field and free; the sum is known. That makes
// the carries of a sum of two words, c = x + y + s, linear: nothing propagates,
// and each column is one relation, c' = xy + (x+y)c. A sum of several words is
// brought to that shape one level at a time. A column of up to six bits and a
// carry p + 2q + 4r comes to s + 2·(p' + 2q' + 4r'), primes meaning the next
// column. The carry bit p follows from s; p' is the parity of the majorities of
// triples, plus q: that gives q; and so on, until two words are left whose sum is
// known. Written with m = x + v + w + s, n = z + y + k (the third majority is
// m·(n + s) + p), both as wires, most of what a column needs are products of two
// wires. The sums of 4, 4 and 6 words take 3, 3 and 4 layers, the quadratic Ch and
// Maj included.
//
// The columns' relations of a word are added up with weights x^i, which are
// independent over GF(2): the sum of bits so weighted is zero only if every bit
// is.
//
// # Cost
//
// 6656 inputs and the constant one, 5888 of them committed by Witness; 4 layers
// of 24781, 14705, 3777 and 64 outputs, 195018 terms. Against alternatives, which
// are estimates, in KB of a proof with 13 and with 344 blocks (1.2 KB a layer,
// 0.45 B a committed element):
//
//	                                       layers  committed    13    344
//	this                                        4       5888    39    916
//	all partial sums committed                  2      21248   127   3292
//	one partial sum a round committed           3       7936    50   1232
//	products of powers, carries committed      10       6304    49    988
//	e computed from a by prefix adders         12       3840    37    609
//	four bits an element, in GF(16)             7       1472    17    236
//
// A committed word a round costs as much as ten layers, so that no partial sum is
// worth committing. Products of powers need fewer terms, about 80 k. Prefix adders
// carry every word up eight more layers, which doubles the wires. The last line
// puts three layers of squarings in front of this circuit, about 40 k terms, and
// changes what is committed: it is a change of the inputs, not of the sums.
package sha256
