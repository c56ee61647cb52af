package rsa

// Exponent is the public exponent of every key that can be proven.
const Exponent = 65537

// Sizes of keys: lengths of the modulus in bits. Others are refused.
var Sizes = [...]int{2048, 3072, 4096}

const largestSize = 4096

// Lengths in bits of numbers that are committed or published under masks.
const (
	primeBits   = 58  // primes, and residues modulo them
	kappaBits   = 59  // multiples of the prime in a product
	shortKappa  = 12  // multiples of the prime in the sum of one number
	topBits     = 126 // of s and N, for s < N
	elementBits = 128
)

const (
	squares = 16 // s^65536 takes 16 squarings
	middle  = 8  // x_8 = h is committed
)

// Primes is the number of primes that are drawn.
const Primes = 3

// Copies is the number of copies of the circuit that a signature takes: below, and
// for each prime s, half, em, the squares and message.
const Copies = 1 + Primes*(squares+4)

// Exactness. A copy compares two powers of g, whose order is 2^128 - 1. Their exponents are
// sums of bits times weights in [0, M), M < 2^58, and of the product of two numbers of
// 58 bits. Powers with exponents in 0..order-1 are equal only if their exponents are. These are the
// largest exponents that any bits can make (slots that stand on the other side with the
// opposite sign change nothing: multiplied by their inverses, both sides are these).
const (
	order   = 1<<elementBits - 1
	largest = 1<<primeBits - 1 // prime, residue or weight

	numberTop   = largestSize * largest                 // s, half: left
	shortTop    = largest + (1<<shortKappa-1)*largest   // s, half: right
	encodedTop  = largestSize * largest                 // em: left; a slot is one bit of EM or the constant
	productTop  = largest*largest + largestSize*largest // square: left
	messageTop  = productTop + encodedTop               // message: left
	kappaTop    = largest + (1<<kappaBits-1)*largest    // square, message: right
	belowTop    = 2 * (1<<topBits - 1)                  // below: left
	belowTopEnd = 1<<topBits - 1                        // below: right
)

// Each line compiles only if its bound is below the order: a negative constant is no uint8.
const (
	_ = uint8((order - 1 - numberTop) >> (elementBits - 8))
	_ = uint8((order - 1 - shortTop) >> (elementBits - 8))
	_ = uint8((order - 1 - encodedTop) >> (elementBits - 8))
	_ = uint8((order - 1 - productTop) >> (elementBits - 8))
	_ = uint8((order - 1 - messageTop) >> (elementBits - 8))
	_ = uint8((order - 1 - kappaTop) >> (elementBits - 8))
	_ = uint8((order - 1 - belowTop) >> (elementBits - 8))
	_ = uint8((order - 1 - belowTopEnd) >> (elementBits - 8))
)

// An honest prover's multiples of M fit their bits: the left side of s and half is below
// n·M, those of square and message are below M·(M + 2n).
const (
	_ = uint8(1<<shortKappa - largestSize)
	_ = uint8((1<<kappaBits - 1 - largest - 2*largestSize) >> (kappaBits - 8))
)

// primesDrawnFrom is a lower bound on the number of primes in (2^57, 2^58): x/(ln x - 1) at
// 2^58 less x/(ln x - 1.1) at 2^57 (Dusart, "Estimates of some functions over primes
// without R.H.", 2010, theorem 6.9).
const primesDrawnFrom = 3600257720857969

// The soundness error of one signature in units of 2^-128: (δ/π)³, rounded up, with π primes to
// draw from and δ = ⌊257·n/57⌋ that can divide a number below 2^(257·n).
const (
	divisors2048 = 257 * 2048 / (primeBits - 1)
	divisors3072 = 257 * 3072 / (primeBits - 1)
	divisors4096 = 257 * 4096 / (primeBits - 1)

	drawn = primesDrawnFrom * primesDrawnFrom * primesDrawnFrom

	risk2048 = (divisors2048*divisors2048*divisors2048<<elementBits + drawn - 1) / drawn
	risk3072 = (divisors3072*divisors3072*divisors3072<<elementBits + drawn - 1) / drawn
	risk4096 = (divisors4096*divisors4096*divisors4096<<elementBits + drawn - 1) / drawn
)

// Risk is the soundness error of one signature in units of 2^-128, beyond that of
// the proof system.
func Risk(bits int) int {
	switch bits {
	case 2048:
		return risk2048
	case 3072:
		return risk3072
	case 4096:
		return risk4096
	}
	panic("rsa: no such size")
}
