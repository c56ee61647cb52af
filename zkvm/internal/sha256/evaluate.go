package sha256

import "fmt"

// Violations is the relation of one copy in plain Go: the labels of all
// assertions that v breaks, nil if there are none.
func (v *Values) Violations() (labels []string) {
	check := func(label string, have, want uint32) {
		if have != want {
			labels = append(labels, label)
		}
	}
	w := v.words()
	for t := 16; t < rounds; t++ {
		check(scheduleLabel(t), w[t], scheduled(&w, t))
	}
	a, b, c, d, e, f, g, h := unpack(v.In)
	for t := range rounds {
		check(roundLabel(t, 'e'), v.E[t], roundE(d, e, f, g, h, t, w[t]))
		check(roundLabel(t, 'a'), v.A[t], roundA(a, b, c, d, v.E[t]))
		a, b, c, d, e, f, g, h = v.A[t], a, b, c, v.E[t], e, f, g
	}
	for i, x := range [8]uint32{a, b, c, d, e, f, g, h} {
		check(outputLabel(i), v.Out[i], v.In[i]+x)
	}
	return labels
}

func scheduleLabel(t int) string { return fmt.Sprintf("schedule word %d", t) }

func roundLabel(t int, register byte) string { return fmt.Sprintf("round %d: %c", t, register) }

func outputLabel(i int) string { return fmt.Sprintf("output word %d", i) }
