package query

// maxExpansion bounds the words in bytes that stand for a local again wherever it
// is used.
const maxExpansion = 4 << 10

// outcomes says what the verifier learns of a boolean that is v.
func (x *explainer) outcome(e *Expr, v bool) Reveal {
	r := Reveal{Kind: RevealsOutcome, Outcome: &v}
	e, holds := x.core(e, v)
	if e.Op != And && e.Op != Or {
		k := sayHolds
		if !holds {
			k = sayHoldsNot
		}
		r.Key, r.Text = string(k), x.words.sentence(k)
		r.Facts = []string{x.fact(e)}
		return r
	}
	for _, arg := range e.Args {
		if x.spent() {
			break
		}
		r.Facts = append(r.Facts, x.fact(arg))
	}
	var k key
	switch {
	case e.Op == And && holds:
		k = sayAllHold
	case e.Op == Or && !holds:
		k = sayNoneHolds
	case holds:
		k = saySomeHold
	default:
		k = saySomeHoldNot
	}
	r.Key, r.Text = string(k), x.words.sentence(k)
	return r
}

// core looks behind not, behind and and or of one operand, and behind locals:
// that e is v means that core is holds.
func (x *explainer) core(e *Expr, v bool) (core *Expr, holds bool) {
	for {
		switch {
		case e.Op == Not:
			e, v = e.Args[0], !v
		case (e.Op == And || e.Op == Or) && len(e.Args) == 1:
			e = e.Args[0]
		case e.Op == Local && x.resolve(e) != e:
			e = x.resolve(e)
		default:
			return e, v
		}
	}
}

// resolve is what a local stands for, if that is one expression and it is short
// enough to be said again.
func (x *explainer) resolve(e *Expr) *Expr {
	for x.expand && e.Op == Local {
		list := x.assigned[e.Slot]
		if len(list) != 1 || x.long(list[0]) {
			break
		}
		x.said[e.Slot] = true
		e = list[0]
	}
	return e
}

// long tells whether the words for what is assigned to a local are too many to
// stand for it everywhere.
func (x *explainer) long(e *Expr) bool {
	if long, ok := x.isLong[e]; ok {
		return long
	}
	w := phrase{style: style{item: maxExpansion}, words: x.words}
	w.expr(x.prog, e)
	x.isLong[e] = w.cut
	return w.cut
}

// fact is a boolean expression as a sentence that may hold.
func (x *explainer) fact(e *Expr) string {
	return x.text(func(w *phrase) { w.truth(x.prog, x.resolve(e)) })
}
