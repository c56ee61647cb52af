package libzk

// Load is what proving a system has to keep, whatever the witness: counts from which
// time and memory can be estimated.
type Load struct {
	Witness int // bytes of the witness of both fields
	Encoded int // bytes of what the commitment is made of
	Inputs  int // input wires of all copies of all circuits
	Wires   int // wires between layers, of all copies of all circuits
	Terms   int // quadratic terms of all copies of all circuits
	Points  int // commitments by points, where P-256's field has a part
}

// Load counts what proving keeps.
func (s *System) Load() Load {
	var l Load
	load(&l, s.gf)
	g := s.gfShape
	l.Encoded = (g.Columns + g.Block) * (g.ShortRows*s.gf.Field.SubfieldSize() + g.FullRows*s.gf.Field.Size())
	if s.p != nil {
		load(&l, s.p)
		g := s.pShape
		l.Points = pointCount(g)
		l.Encoded += (g.Columns + g.Block) * (g.ShortRows + g.FullRows) * s.p.Field.Size()
	}
	return l
}

func load[E comparable](l *Load, p *part[E]) {
	l.Witness += p.witness * p.Field.Size()
	for _, u := range p.uses() {
		l.Inputs += u.Copies * u.Circuit.Inputs()
		l.Terms += u.Copies * u.Circuit.Terms()
		for _, layer := range u.Circuit.Layers {
			l.Wires += u.Copies * layer.Outputs
		}
	}
}

// Work estimates the processor time that proving takes, relative to that of a proof of some hundred bytes, whose work is about
// 1. TestCapacity of package service/worker fits and checks the factors.
func (l Load) Work() float64 {
	work := 1.35e-6*float64(l.Encoded) + 1.9e-6*float64(l.Inputs)
	if l.Points > 0 { // mostly as many, whatever is proven
		work += 0.15
	}
	return work
}
