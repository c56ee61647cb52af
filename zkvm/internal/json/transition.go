package json

// The outcome of a step is packed into one field element: bits 0 to 5 are the
// next mode, the others as below. The powers of g below g^128 are linearly
// independent over GF(2), so that one equation states all bits at once as long
// as every summand is a bit times a packed constant.
const (
	opens      = 1 << 6
	closer     = 1 << 7
	nameStart  = 1 << 8
	valueStart = 1 << 9
	token      = 1 << 10
	active     = 1 << 11 // the byte lies in the payload
	accepted   = 1 << 12 // the byte is accepted: 1 in every copy
	charShift  = 13      // eight bits: difference to the only byte that a mode accepts
)

// to is the outcome of an accepted byte of the payload.
func to(next Mode, flags uint64) uint64 { return uint64(next) | flags | active | accepted }

// transition is the packed outcome that follows from mode and byte, a sum of
// products of a function of the state and a function of the byte, of which one
// is a bit. Pairs that no product covers yield no outcome: they are refused for
// want of the bit accepted.
func (b builder) transition(w *wires) expr {
	t := &rules{builder: b, n: b.nibbles(w.x), s: b.modes(w.mode)}
	t.structure(w)
	t.number()
	t.single()
	t.text(w)
	t.hexadecimal()
	t.utf8()
	return t.sum
}

type rules struct {
	builder
	n   *nibbles
	s   *modes
	sum expr
}

// on adds the outcome state·bytes.
func (t *rules) on(state, bytes expr) {
	t.sum = t.Add(t.sum, t.Mul(t.Wire(state), t.Wire(bytes)))
}

// when is the outcome k in the given modes.
func (t *rules) when(k uint64, ms ...Mode) expr { return t.times(k, t.s.any(ms...)) }

// structure is everything outside of tokens, and the first bytes of values.
func (t *rules) structure(w *wires) {
	n, s := t.n, t.s
	numbers := []Mode{zero, integer, fraction, exponent}

	blank := t.when(to(afterValue, 0), append(numbers, afterValue)...)
	for _, m := range []Mode{start, colon, value, firstElement, firstName, nextName} {
		blank = t.Add(blank, t.when(to(m, 0), m))
	}
	t.on(blank, t.Add(t.Mul(n.high(0), n.lows(0x9, 0xa, 0xd)), n.char(' ')))

	t.on(t.when(to(firstName, opens|valueStart), start, value, firstElement), n.char('{'))
	t.on(t.when(to(afterValue, closer), append(numbers, afterValue, firstElement, firstName)...), n.chars("}]"))
	t.on(t.when(to(value, 0), colon), n.char(':'))

	first := t.times(to(firstElement, opens|valueStart), n.char('['))
	for _, v := range []struct {
		char byte
		next Mode
	}{{'-', minus}, {'t', trueR}, {'f', falseA}, {'n', nullU}} {
		first = t.Add(first, t.times(to(v.next, valueStart|token), n.char(v.char)))
	}
	first = t.Add(first,
		t.times(to(integer, valueStart|token), t.Mul(n.high(3), n.decimal())),
		t.times(uint64(integer^zero), n.char('0')))
	t.on(s.any(value, firstElement), first)

	// A comma: a name in an object, a value in an array, nothing outside.
	next := t.Wire(t.Add(t.times(to(value, 0), w.nested), t.times(uint64(value^nextName), w.object)))
	t.on(t.Add(s.and(afterValue, next), t.Mul(s.cluster(zero), next)), n.char(','))

	// Past the end, bytes are zero and nothing changes.
	t.on(t.when(uint64(afterValue)|accepted, afterValue), n.char(0))
}

// number is the inside of a number; its end is in structure.
func (t *rules) number() {
	n := t.n
	t.on(t.Add(
		t.when(to(integer, token), minus, integer),
		t.when(to(fraction, token), point, fraction),
		t.when(to(exponent, token), exponentMark, exponentSign, exponent),
	), t.Mul(n.high(3), n.decimal()))
	t.on(t.when(uint64(integer^zero), minus), n.char('0'))
	t.on(t.when(to(point, token), zero, integer), n.char('.'))
	t.on(t.when(to(exponentMark, token), zero, integer, fraction), t.Mul(n.letter(), n.low(5)))
	t.on(t.when(to(exponentSign, token), exponentMark), n.chars("+-"))
}

// single is the modes that accept one byte only: the outcome does not depend on
// the byte, and the byte's difference to that one is part of the outcome.
func (t *rules) single() {
	var ms []Mode
	var outcome expr
	for m := range Mode(64) {
		if w, ok := single[m]; ok {
			ms = append(ms, m)
			outcome = t.Add(outcome, t.when(to(w.next, token)|uint64(w.char)<<charShift, m))
		}
	}
	var char expr
	for j, bit := range t.n.bits {
		char = t.Add(char, t.times(1<<(charShift+j), bit))
	}
	t.on(t.s.any(ms...), char)
	t.sum = t.Add(t.sum, t.Wire(outcome))
}

// text is quotes, characters and escapes other than hexadecimal digits.
func (t *rules) text(w *wires) {
	n, s := t.n, t.s
	char := to(inString, token)
	t.on(t.Add(
		t.when(to(inString, nameStart|token), firstName, nextName),
		t.when(to(inString, valueStart|token), value, firstElement),
		t.when(to(afterValue, token)^char, inString), // it counts as a character below
		t.times(uint64(colon^afterValue), s.and(inString, w.name)),
	), n.char('"'))

	plain := t.Add(
		t.times(char, n.ascii()),
		t.times(uint64(escaped^inString), n.char('\\')),
		// C0 and C1 are in no encoding, nor are F5 to FF.
		t.times(to(tail1, token), t.Add(n.high(0xc), n.char(0xc0), n.char(0xc1), n.high(0xd))),
		t.times(to(tail2, token), n.high(0xe)),
		t.times(uint64(tail2^tailE0), n.char(0xe0)),
		t.times(uint64(tail2^tailED), n.char(0xed)),
		t.times(to(tailF0, token), n.char(0xf0)),
		t.times(to(tail3, token), t.Mul(n.high(0xf), n.lows(1, 2, 3))),
		t.times(to(tailF4, token), n.char(0xf4)))
	t.on(s.at(inString), plain)

	t.on(s.at(escaped), t.Add(t.times(char, n.chars(`"\/bfnrt`)), t.times(to(hex1, token), n.char('u'))))
}

// hexadecimal is the digits of \u escapes.
func (t *rules) hexadecimal() {
	n := t.n
	letter := func(ls ...int) expr { return t.Mul(n.letter(), n.lows(ls...)) }
	t.on(t.Add(
		t.when(to(hex2, token), hex1),
		t.when(to(hex3, token), hex2, hex2D),
		t.when(to(hex4, token), hex3),
		t.when(to(inString, token), hex4),
		t.when(to(high4, token), high3),
		t.when(to(lowEscape, token), high4),
	), t.Add(t.Mul(n.high(3), n.decimal()), letter(1, 2, 3, 4, 5, 6)))
	// 8 to b after a first d: a high surrogate.
	t.on(t.when(uint64(hex3^high3), hex2D), t.Add(n.chars("89"), letter(1, 2)))
	// c to f: a low surrogate, refused after a first d and demanded after low1.
	t.on(t.when(to(hex3, token), hex2D, low2), letter(3, 4, 5, 6))
	t.on(t.Add(t.when(uint64(hex2^hex2D), hex1), t.when(to(low2, token), low1)), letter(4))
}

// utf8 is continuation bytes.
func (t *rules) utf8() {
	n := t.n
	tails := t.Add(t.when(to(inString, token), tail1), t.when(to(tail1, token), tail2), t.when(to(tail2, token), tail3))
	t.on(t.Add(tails, t.when(to(tail1, token), tailED), t.when(to(tail2, token), tailF4)), n.high(8))
	t.on(t.Add(tails, t.when(to(tail1, token), tailED), t.when(to(tail2, token), tailF0)), n.high(9))
	t.on(t.Add(tails, t.when(to(tail1, token), tailE0), t.when(to(tail2, token), tailF0)), n.tailAB())
}
