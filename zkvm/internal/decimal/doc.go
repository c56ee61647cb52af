// Package decimal is the circuits that compare all numbers of a JSON document with a
// number that both sides know, exactly and by value, in a few bits for each byte. It
// knows bytes and the modes of package json, and nothing of arrays, members or queries.
//
// # Places
//
// The first circuit gives digits their places. The place of the units is 0, that of
// tens 1; that of the point is -1, of tenths -2. A byte of a number has one if it is
// a digit before the point, or a digit after it that is not one of the zeros at the
// end, or a point that such a digit follows, or a minus, which has that of the digit
// after it. Numbers that may be used have places from -10, of billionths, to 18.
//
// A place is committed modulo 30, as its two residues modulo 5 and 6, one-hot: eleven
// bits u, v, all 0 where there is no place. To count is to rotate both. With up and
// down the rotations, e_r the bits of residue r, a = Σ u_k (whether there is a
// place), ' for the byte after and ° for the byte before, and
//
//	significant = fraction·[the digit is not 0, or a' = 1],
//
// the bits of every byte are
//
//	integer·(up(u', v') + (1 + a')·e_0) + significant·(down(u°, v°) + (1 + a°)·e_19)
//	  + point·a'·e_29 + minus·(u', v'),
//
// where the mode after the byte tells what it is. A byte is bad, as are all those of its
// number before it, if it has the residue 19 or belongs to an exponent: so the first
// byte of a number is bad if the number has 20 digits before the point, ten after it
// without the zeros at its end, or an exponent.
//
// # Orders
//
// The second circuit compares with one number L, called the literal. Less and greater
// of a byte that has a place tell how what is written from there on compares with the
// digits of |L| at the same and lower places; of the first byte of a number, how the
// number compares with L. Of other bytes they are 0. From the last byte of a number to
// its first,
//
//	a digit decides if it differs from that of |L| at its place; else it is as after it, or,
//	  if no byte with a place follows, less if |L| has other digits than 0 below;
//	a point or a minus is as after it;
//	the first byte is less if |L| has a digit above its place; then its sign and that of
//	  L count, see Literal.
//
// What depends on L alone is a table over the 30 places: the digit's four bits, rest
// (some digit below is not 0) and above (some digit above is not 0). An entry is
// Σ_k u_k·(Σ_j table[k, j]·v_j), so a copy takes five forms of the bits v for each of the
// six: the circuit is the same for all literals.
//
// # Why it is exact
//
// Nothing here depends on a challenge. All committed bits are determined. Bytes that
// belong to no number, and exponents, have none. Of a run of digits before the point, the last
// is followed by a byte without a place, or by a point whose bits are 0 or e_29; each digit
// before it is its successor, one place up. Of a run of digits after a point,
// the last is followed by no digit, so that from there to the point each is
// significant or not by what is known; rotations keep the number of ones, and
// (1 + a°)·e_19 makes it odd whatever stands before: so a is the bit significant for each of
// them, and from the point on each has the place below the one before. A minus is followed by a digit. So all
// one-hot residues are right, bad and the orders follow from the last byte to the first. A number of
// thousands of digits has wrong places, and is bad. Less and greater of the first byte
// mean what is said above if it is not bad.
//
// # Assumptions
//
// All inputs but the constant one and the tables are bits, the tables forms of the
// bits v as above; modes and bytes are those of the recogniser of package json. Before the first
// byte and after the last all bits are 0.
//
// # Cost
//
// For each byte of the document 12 committed bits, and 2 for each literal. A copy of
// place has 46 inputs with the constant one, of order 50; see TestCost for terms and layers.
package decimal
