// Package json is the circuit that recognises a JSON document, one copy for each
// byte of the largest size, and the plain recogniser that it is held to.
//
// It proves that the committed bytes are one valid document and what each byte
// is; it finds nothing in it. A document is a JSON object (RFC 8259), with
// whitespace around it at most, in valid UTF-8 (RFC 3629: no overlong forms, no
// surrogates, no byte order mark), whose \u escapes form no lone surrogate, and
// with at most the given number of containers open at a time. Equal names in one
// object are not its business. The transition function is that of
// docs/protocol.md, appendix A; the committed state is that of its section 3.1.
//
// # What one copy enforces
//
// Position i has the byte x, active (the byte lies in the payload), the state
// before it (mode, name, depth, objects), the backward bit escape and five
// flags. The copy of i reads position i and the state and escape of position
// i+1, marked ' here.
//
//	transition  Σ A_j(mode, name, depth_1, objects_1)·B_j(x)
//	              = mode' + open·g^6 + close·g^7 + nameStart·g^8 + valueStart·g^9
//	              + token·g^10 + active·g^11 + g^12
//	stack       S' + S + open·(S + g·S + β) + close·(S' + g·S' + β) = 0
//	            with S = Σ depth_k·g^k + objects_k·g^(32+k), k = 1..limit,
//	            and β = g + g^33·(bit 5 of the byte: 1 for braces, 0 for brackets)
//	name        name' = name·[mode' is in a string] + nameStart
//	escape      escape = [mode' is in a string]·([byte is a backslash] or escape')
//
// Here g is the element of the field that is called x in package gf128, and mode'
// is Σ bit_j·g^j. Each equation is many equations over GF(2): the inputs are
// bits, in every product A_j·B_j one factor is a bit and the other a sum of
// powers of g below g^21 with coefficients 0 or 1, and these powers are linearly
// independent over GF(2). Nothing is counted and nothing can cancel.
//
// In the sum of transition, every accepted pair of state and byte is covered by
// products whose total is its outcome, with g^12. A pair that is not accepted
// lacks g^12 or has one of g^13..g^20, so that no next state and no flags fit: a
// test reads the sum off the circuit for all mode codes, all bytes and all
// values of the other bits. Modes that accept a single byte c (the letters of
// true, false and null, and two inside surrogate pairs) have the outcome's
// powers g^13..g^20 for the bits of the byte plus c.
//
// A zero byte is accepted only in the mode after a value, keeps it, has no flags
// and lacks g^11: it is what follows the payload. So active = 0 forces the byte,
// all flags and escape to zero and leaves the stack alone, and it is possible
// only where the outermost object, or some value, is complete; the public last
// state makes it the former.
//
// The stack has the innermost container first. An opener shifts it up by one and
// puts the container at level 1; at the limit, depth_limit moves to
// g^(limit+1), which S' does not have: refused. A closer is an opener read
// backwards: it demands level 1 to be occupied by its own kind and shifts down.
//
// # What all copies enforce
//
// The caller makes the state of position 0 the public constant [Start], and
// position n [End], and proves all bits to be bits. Active must be the
// thermometer of the payload's length, from the circuit that decodes it. Then by
// induction on i, with d the number of containers open before byte i:
//
//   - the mode is one of the 44 modes: sums that are accepted contain no other;
//   - depth_k = [k ≤ d], and objects_k tells the kind of the k-th open container
//     from the inside for k ≤ d and is 0 for k > d: true at the start; an opener
//     shifts (depth_k, objects_k) to k+1 and adds (1, kind) at 1, a closer takes
//     exactly that away, and all other bytes change nothing. No byte is both;
//   - name is 0 outside strings: name' = 1 needs a mode' inside a string or
//     nameStart, which comes with such a mode' only; inside a string it stays
//     what the opening quote said.
//
// So every state is that of [Step], and Done at the end means acceptance. The
// escape bit is determined backwards from the closing quote, where it is 0: it
// is 1 at and before the last backslash of a string, from its opening quote on.
//
// # Assumptions
//
// All inputs of a copy but the constant one and the two stacks are bits; the
// stacks are forms of bits made by [StackForm]. The circuit does not depend on
// the limit of depth (1 to 16), the forms do.
//
// # Cost
//
// For each copy 35 inputs with the constant one, 349 terms, 176 wires, 4 layers;
// for each byte, besides the byte itself, [Bits] committed bits (13 + 2·limit)
// and one form of 2·limit terms. No layer is wider than 64 wires. Four layers
// multiply up to sixteen bits: eight of the byte and up to eight of the state.
package json
