package json

import (
	"sync"

	"github.com/zkpass-go/zkpass/libzk/circuit"
	"github.com/zkpass-go/zkpass/libzk/gf128"
)

// Labels of the assertions.
const (
	// LabelTransition: the mode and the byte are accepted, and the next mode and
	// the flags follow from them; a byte past the end is zero and changes nothing.
	LabelTransition = "transition"
	// LabelStack: the open containers change as the flags say, a closer matches
	// its opener, and there is room for an opener.
	LabelStack = "stack"
	// LabelName: whether the open string is a member name.
	LabelName = "name"
	// LabelEscape: the backward bit "a backslash follows in this string".
	LabelEscape = "escape"
)

// Circuit is the circuit of one byte. It is the same for all depths: the limit
// lies in the stack forms (see [StackForm]).
func Circuit() *circuit.Circuit[gf128.Elem] { return compiled() }

var compiled = sync.OnceValue(Compile)

// Compile builds the circuit anew; Circuit does so once.
func Compile() *circuit.Circuit[gf128.Elem] {
	b := newBuilder("json")
	in := b.inputs()
	b.AssertZero(b.stack(in), LabelStack)
	b.AssertZero(b.nameBit(in), LabelName)
	b.AssertZero(b.escapeBit(in), LabelEscape)
	b.AssertZero(b.Add(b.outcome(in), b.transition(in)), LabelTransition)
	return b.Build()
}

type expr = circuit.Expr[gf128.Elem]

type builder struct{ *circuit.Builder[gf128.Elem] }

func newBuilder(name string) builder {
	return builder{circuit.NewBuilder(gf128.Field{}, name)}
}

// times is k·e, where bit j of k stands for g^j.
func (b builder) times(k uint64, e expr) expr { return b.Scale(gf128.Elem{Lo: k}, e) }

// wires are the inputs of a copy, in the order of [Copy].
type wires struct {
	active       expr
	x            []expr
	mode         []expr
	name         expr
	nested       expr
	object       expr
	stack        expr
	escape       expr
	open, close  expr
	opensName    expr
	opensValue   expr
	token        expr
	next         []expr
	nextName     expr
	nextStack    expr
	nextEscape   expr
	nextInString expr // bit 5 of the next mode
}

func (b builder) inputs() *wires {
	w := &wires{
		active: b.Input(),
		x:      b.InputVector(8),
		mode:   b.InputVector(6),
		name:   b.Input(), nested: b.Input(), object: b.Input(), stack: b.Input(),
		escape: b.Input(),
		open:   b.Input(), close: b.Input(), opensName: b.Input(), opensValue: b.Input(), token: b.Input(),
		next:     b.InputVector(6),
		nextName: b.Input(), nextStack: b.Input(), nextEscape: b.Input(),
	}
	w.nextInString = w.next[5]
	return w
}

// stack is zero iff S' = g·S + g + g^33·b for an opener, S = g·S' + g + g^33·b
// for a closer, and S' = S for all other bytes, where b is bit 5 of the byte, 1
// for braces and 0 for brackets, and g the field's generator.
func (b builder) stack(w *wires) expr {
	bottom := b.Add(b.times(1<<depthShift, b.One()), b.times(1<<objectShift, w.x[5]))
	push := b.Add(b.times(0b11, w.stack), bottom)
	pop := b.Add(b.times(0b11, w.nextStack), bottom)
	return b.Add(w.nextStack, w.stack, b.Mul(w.open, push), b.Mul(w.close, pop))
}

// nameBit is zero iff name' = name·[next mode is in a string] + [a name begins].
func (b builder) nameBit(w *wires) expr {
	return b.Add(w.nextName, b.Mul(w.name, w.nextInString), w.opensName)
}

// escapeBit is zero iff escape = [next mode is in a string]·([byte is a
// backslash] or escape').
func (b builder) escapeBit(w *wires) expr {
	follows := b.Mul(w.nextInString, w.nextEscape)
	open := b.Wire(b.Add(w.nextInString, follows))
	rest := b.Wire(b.Add(w.escape, follows))
	return b.Add(rest, b.Mul(open, b.Wire(b.nibbles(w.x).char('\\'))))
}

// outcome packs what the transition must yield.
func (b builder) outcome(w *wires) expr {
	sum := b.times(accepted, b.One())
	for j, e := range w.next {
		sum = b.Add(sum, b.times(1<<j, e))
	}
	return b.Wire(b.Add(sum,
		b.times(opens, w.open), b.times(closer, w.close), b.times(nameStart, w.opensName),
		b.times(valueStart, w.opensValue), b.times(token, w.token), b.times(active, w.active)))
}
