package query

// fewestAnswers is how many answers that compare one member are called a search.
// With each, what is left of the values may be halved.
const fewestAnswers = 4

// search counts, for each path, the answers that tell whether a comparison of it
// holds: outputs that are true or false, and conditions of an if.
type search struct {
	trace   *trace
	locals  []pathSet // by slot: what is compared to make it
	seen    map[string]bool
	answers []int // by path
}

func searchOf(p *Program, t *trace) []int {
	s := search{trace: t, locals: make([]pathSet, len(p.Locals)), seen: map[string]bool{}, answers: make([]int, len(p.Paths))}
	s.block(p.Body, 0)
	return s.answers
}

func (s *search) block(list []Statement, outer pathSet) {
	for i := range list {
		st := &list[i]
		own := s.compared(st.Expr)
		switch st.Kind {
		case Assign:
			s.locals[st.Slot] |= own | outer
		case Output:
			if st.Expr.Type == Boolean && !st.Expr.Array {
				s.answer(st.Expr, own)
			}
		case If:
			s.answer(st.Expr, own)
			s.block(st.Then, outer|own)
			s.block(st.Else, outer|own)
		}
	}
}

// answer counts an answer, once if it stands in the query several times.
func (s *search) answer(e *Expr, paths pathSet) {
	var c canonical
	c.expr(e)
	if paths == 0 || s.seen[string(c.buf)] {
		return
	}
	s.seen[string(c.buf)] = true
	for i := range s.answers {
		if paths.has(i) {
			s.answers[i]++
		}
	}
}

// compared returns the paths of which a boolean tells whether a comparison holds.
func (s *search) compared(e *Expr) pathSet {
	if _, always := s.trace.constants[e]; always {
		return 0
	}
	var set pathSet
	switch e.Op {
	case Local:
		return s.locals[e.Slot]
	case And, Or, Not:
		for _, arg := range e.Args {
			set |= s.compared(arg)
		}
	case Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, In, Contains, StartsWith, EndsWith:
		for _, arg := range e.Args {
			set |= s.operand(arg)
		}
	}
	return set
}

// operand returns the paths that an operand of a comparison is made of.
func (s *search) operand(e *Expr) pathSet {
	switch e.Op {
	case MemberValue, Count:
		return 1 << e.Path
	case Local:
		return s.trace.locals[e.Slot]
	case Age, DayDiff, Seconds:
		return s.operand(e.Args[0])
	}
	return s.compared(e)
}
