// Package tom256 is the elliptic curve Tom-256 and sums of multiples of its points.
//
//	y² = x³ - 3x + b over the integers modulo q
//	q = 0xffffffff0000000100000000000000017e72b42b30e7317793135661b1c4b117
//	b = 0xb441071b12f4a0366fb552f8e21ed4ac36b06aceeb354224863e60f20219fc56
//
// The number of its points is p, the prime of P-256's base field, so that scalars
// are the elements of package p256 and every point but infinity generates the
// whole group: there is no cofactor. It is the curve of ZKAttest (Faz-Hernández,
// Ladd, Maram, "ZKAttest: Ring and Group Signatures for Existing ECDSA Keys", SAC
// 2021), made by complex multiplication: 4q - t² = 4155·f² for its trace t.
//
// Discrete logarithms in it are as hard, by all that is known, as in any curve over
// a prime field of 256 bits: q is not p, and p divides no q^i - 1 for i < 5000, so
// neither the anomalous attack nor a pairing applies, and the twist plays no role,
// as Decode takes no x that is not on the curve.
//
// Nothing here is constant time: scalars choose branches and addresses. A prover
// runs on its owner's machine (docs/threat-model.md). It is no implementation of
// anything that signs.
package tom256
