// Package base64url is the circuit of base64url decoding: one copy decodes one
// group of four characters to three bytes, strictly (RFC 4648, sections 3.5 and
// 5, without padding characters).
//
// The inputs of a copy are, for each of its characters r = 0..3, a bit t_r that
// says whether the character is there, the six bits of its value (sextet) and the
// eight bits of its code. A copy enforces
//
//   - t_r = 1: character r is that of its sextet in the alphabet A-Z a-z 0-9 - _ ;
//     t_r = 0: sextet and character are zero;
//   - t_0 = t_1: the length of a text is never 1 modulo 4;
//   - t_3 <= t_2 <= t_1;
//   - t_2 = 0: the low four bits of sextet 1 are zero; t_3 = 0: the low two bits
//     of sextet 2 are zero.
//
// It assumes that all its inputs are bits. It also leaves to others that only the
// last group of a text is not full. The decoded bytes are the sextets' bits in
// another order: see DecodedBit.
//
// # How
//
// A character is not computed from its sextet, which would be polynomials of
// degree six. Instead the 65 assignments to accept (64 characters and absence),
// as points over GF(2), are cut out of all 2^15 by quadratic relations between
// all bits, absence included. The relations are the kernel of a small matrix that
// is computed from the alphabet. 13 other points satisfy every quadratic relation
// (such as sextet 26 with the character after Z); on them a product of two bits'
// sums, s4·(t + c3 + c4), is 1, and where it is 1 further quadratic relations tell
// them from characters: they are multiplied by it. Relations are added up with
// weights x^i, which are independent over GF(2): the sum of bits so weighted is
// zero only if every bit is.
//
// # Cost
//
// 60 inputs and the constant one, 24 of them bits that only this circuit needs
// (the sextets); 2 layers, 219 terms.
package base64url
