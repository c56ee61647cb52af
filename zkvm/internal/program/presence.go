package program

import "github.com/zkpass-go/zkpass/query"

// exists is guard and value of "exists". Under the guard every name and
// container on the way must be fit: then found is right both ways, as the own
// names of a container that is not there are none. Without the guard the result
// is 0 whatever the prover committed.
//
// It costs one dot product, one zero test and two rows, beside the search for
// the member.
func (x *execution) exists(e *query.Expr, g flag) flag {
	m := x.m
	at := x.members[e.Path]
	m.Implies("names on the way of exists", g.R, m.Together(at.Fit(m)...))
	return m.And("exists", g, x.sources[x.program.Paths[e.Path].Document].IsThere(m, at))
}
