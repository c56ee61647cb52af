package zkvm

import (
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/search"
	"github.com/zkpass-go/zkpass/zkvm/internal/value"
)

func allNodes(n *document.Node) (out []*document.Node) {
	out = append(out, n)
	for i := range n.Members {
		out = append(out, allNodes(n.Members[i].Value)...)
	}
	for _, e := range n.Elems {
		out = append(out, allNodes(e)...)
	}
	return
}

// lie changes some of what is resolved, at random.
func lie(r *rand.Rand, c *search.Container, nodes []*document.Node) {
	pick := func() *document.Node {
		if r.IntN(3) == 0 {
			return nil
		}
		return nodes[r.IntN(len(nodes))]
	}
	change := func(m *search.Member) {
		if r.IntN(5) == 0 {
			m.Sane = !m.Sane
		}
		if m.Group == nil {
			if r.IntN(4) == 0 {
				m.Node = pick()
			}
		} else {
			for k := range m.Nodes {
				if r.IntN(5) == 0 {
					m.Nodes[k] = pick()
				}
			}
			if len(m.Nodes) > 0 && m.Step == query.Each && r.IntN(4) == 0 {
				m.Nodes = m.Nodes[:r.IntN(len(m.Nodes)+1)]
			}
		}
		if m.Child != nil {
			if r.IntN(8) == 0 {
				m.Child.Sane = !m.Child.Sane
			}
			if m.Group == nil && r.IntN(3) > 0 {
				m.Child.Node = m.Node
				if m.Node != nil {
					m.Child.Nodes = []*document.Node{m.Node}
				}
			}
			lie(r, m.Child, nodes)
		}
	}
	for _, m := range c.Members {
		change(m)
	}
	for _, m := range c.Elements {
		change(m)
	}
	if c.Each != nil {
		change(c.Each.Place)
	}
}

func TestSeamsLies(t *testing.T) {
	if os.Getenv(longRuns) == "" {
		t.Skip("set " + longRuns + " to run it")
	}
	seed := rand.Uint64()
	t.Log("seed", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	payloads := []string{
		`{"a":["x","12",12,true,null],"i":12,"t":true,"s":"12","b":["x","12"],"e":[],"d":"2000-02-29","o":[{"f":true,"n":"x"},{"f":null,"n":"12"}]}`,
		`{"a":["a","b"],"b":["z\n","x"],"i":"12","t":"true","s":"x\u0041","e":{"a":[1]},"d":"1999-02-28","o":[{"f":"x","n":"12"},{"f":"","n":true},{"n":"x"}]}`,
		`{"s":"a","s":"b","a":[[1]],"i":null,"b":"x","e":null,"o":[{"f":false,"n":"a","n":"b"},{"f":true,"n":"b"}],"d":12}`,
	}
	queries := []string{
		`{"==":[{"dvar":"s"},"12"]}`, `{"~==":[{"dvar":"s"},"xa"]}`, `{"==":[{"dvar":"s"},{"dvar":"i"}]}`, `{"==":[{"dvar":"b[]"},{"dvar":"s"}]}`, `{"~==":[{"dvar":"b[]"},{"dvar":"s"},"or"]}`,
		`{"==":[{"dvar":"a[]"},"x","or"]}`, `{"contains":[{"dvar":"s"},{"dvar":"b[0]"}]}`, `{"contains":[{"dvar":"i"},"1"]}`, `{"contains":["12",{"dvar":"s"}]}`, `{"in":[{"dvar":"s"},["12","a"]]}`,
		`{">":[{"get_age":[{"dvar":"d"},"YYYY-MM-DD"]},26]}`, `{"exists":"a[0]"}`, `{"exists":"e.a[0]"}`, `{"exists":"i"}`, `{"==":[{"count":"a[]"},0]}`, `{"==":[{"count":"o[?f]"},0]}`, `{"==":[{"count":"o[?!f]"},0]}`,
		`{"==":[{"dvar":"o[?f].n"},"b"]}`, `{"==":[{"dvar":"o[?f == 'x'].n"},"12"]}`, `{"==":[{"dvar":"o[].n"},"12","or"]}`, `{"or":[{"not":{"exists":"a[0]"}},{"==":[{"dvar":"a[1]"},"x"]}]}`, `{"and":[{"dvar":"t"},{"==":[{"dvar":"e[]"},1]}]}`,
	}
	labels := map[string]int{}
	panics, holes, tries := 0, 0, 0
	for end := time.Now().Add(95 * time.Second); time.Now().Before(end); {
		text, payload := queries[r.IntN(len(queries))], payloads[r.IntN(len(payloads))]
		q := ask(t, boolean(text), payload)
		if r.IntN(3) == 0 {
			q.st.Documents[0].Class.Escapes = true
		}
		claim := anyOutput[r.IntN(2)]
		if claim == string(q.output) {
			continue
		}
		for range 4 {
			func() {
				var a *attack
				defer func() {
					if e := recover(); e != nil {
						panics++
					}
				}()
				a = newAttack(t, q.claim(claim), cheat{
					resolved: func(s []*value.Document) { lie(r, s[0].Root, allNodes(s[0].Doc.Root)) },
				})
				tries++
				l := a.check(t)
				labels[l]++
				if l == "" {
					holes++
					t.Errorf("HOLE: %s over %s claims %s (evaluator %s)", text, payload, claim, q.output)
				}
			}()
		}
	}
	t.Logf("%d tries, %d panics of the harness, %d holes", tries, panics, holes)
	for l, n := range labels {
		t.Logf("%6d %s", n, l)
	}
}
