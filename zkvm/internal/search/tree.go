package search

import (
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/text"
)

// Tree is what paths look for in a document.
type Tree struct {
	*text.Source
	Root *Container // the payload's object

	levels map[int][]ref // see keysAtLevel
	names  []ref         // see decodedNames
	// see elementsAtLevel
	elementStarts []ref
	elementLevels map[int][]ref
}

// NewTree is a document in which nothing is looked for yet.
func NewTree(s *text.Source) *Tree {
	return &Tree{Source: s, Root: &Container{decoded: s.Names}, levels: map[int][]ref{}, elementLevels: map[int][]ref{}}
}

// Container is an object or array that paths look into. Inside a group it stands
// for one in each element of the group's array, and so do its members.
type Container struct {
	level    int     // containers open before its bracket
	Parent   *Member // nil for the payload's object
	Members  []*Member
	Elements []*Member // those that paths name by their index
	Each     *Each     // all elements, if a path goes over them
	Long     bool      // one does that asks of all at once
	Group    *Each     // the array in whose elements it is, nil if it is one container
	decoded  bool      // names are compared decoded

	Inside []ref // Inside[i]: byte i lies in it, after its bracket
	Keys   []ref // Keys[i]: byte i opens one of its own names
	Starts []ref // Starts[i]: byte i starts one of its own elements
	OK     ref   // none of its own names has an escape, if names are compared as written
	// secret
	Node   *document.Node   // nil if it is not there or no container; not in a group
	Nodes  []*document.Node // of a group: one for each element, nil what is not there
	Sane   bool             // no own name has an escape that counts
	within []bool           // as inside, and at the end
}

// Member is a value that paths look for in a container: that of a name, or an
// element of an array.
type Member struct {
	In    *Container
	Step  query.StepKind
	Name  string
	index int
	Group *Each // as the container's; of an array's elements, that array's
	Child *Container

	Filtered bool // of elements: some path keeps only some of them

	Value []ref // Value[i]: the member's value starts at byte i
	Found ref   // it is there; not in a group
	OK    ref   // it is there at most once
	first *ref  // see FirstByte
	Null  *flag // see IsThere
	// in a group, of a name: see searchGroup
	Again   []ref // Again[i]: byte i opens the name once more in one object
	repeats ref   // zero if it does nowhere
	// secret
	Node  *document.Node   // not in a group
	Nodes []*document.Node // in a group, as the container's
	Sane  bool             // it is there at most once
}

// Member finds or adds a member.
func (c *Container) Member(name string) *Member {
	for _, m := range c.Members {
		if m.Name == name {
			return m
		}
	}
	m := &Member{In: c, Step: query.Member, Name: name, Group: c.Group}
	c.Members = append(c.Members, m)
	return m
}

// element finds or adds an element of an array.
func (c *Container) element(index int) *Member {
	for _, m := range c.Elements {
		if m.index == index {
			return m
		}
	}
	m := &Member{In: c, Step: query.Index, index: index, Group: c.Group}
	c.Elements = append(c.Elements, m)
	return m
}

// all finds or adds the elements of an array as a group.
func (c *Container) all() *Each {
	if c.Each == nil {
		c.Each = &Each{}
		c.Each.Place = &Member{In: c, Step: query.Each, Group: c.Each}
	}
	return c.Each
}

// Inner finds or adds the container that a member is.
func (m *Member) Inner() *Container {
	if m.Child == nil {
		m.Child = &Container{level: m.In.level + 1, Parent: m, Group: m.Group, decoded: m.In.decoded}
	}
	return m.Child
}

// Locate finds or adds the member that the steps of a path lead to.
func (s *Tree) Locate(steps []query.Step) *Member {
	c := s.Root
	var m *Member
	for _, step := range steps {
		if m != nil {
			c = m.Inner()
		}
		switch step.Kind {
		case query.Member:
			m = c.Member(step.Name)
		case query.Index:
			m = c.element(step.Index)
		case query.Each:
			m = c.all().Place
		}
	}
	return m
}

// Resolve finds the nodes of all containers and members in the prover's
// document, by the circuit's rules: names compare decoded, or, if the class allows no
// escapes in them, as they are written.
func (c *Container) Resolve(nodes ...*document.Node) {
	c.Nodes, c.Sane = nodes, true
	if c.Group == nil && nodes[0] != nil && (nodes[0].Kind == document.Object || nodes[0].Kind == document.Array) {
		c.Node = nodes[0]
	}
	for _, m := range c.Members {
		m.Sane, m.Nodes = true, make([]*document.Node, len(nodes))
	}
	for _, m := range c.Elements {
		m.Sane, m.Nodes = true, make([]*document.Node, len(nodes))
	}
	for k, node := range nodes {
		switch {
		case node == nil:
		case node.Kind == document.Object:
			c.resolveNames(k, node)
		case node.Kind == document.Array:
			for _, m := range c.Elements {
				if m.index < len(node.Elems) {
					m.Nodes[k] = node.Elems[m.index]
				}
			}
			if c.Each != nil {
				c.Each.Place.Nodes = node.Elems
			}
		}
	}
	for _, m := range c.Members {
		m.descend()
	}
	for _, m := range c.Elements {
		m.descend()
	}
	if c.Each != nil {
		c.Each.Place.Sane = true
		c.Each.Place.descend()
	}
}

// resolveNames finds the members of an object.
func (c *Container) resolveNames(k int, node *document.Node) {
	for i := range node.Members {
		n := &node.Members[i]
		if n.Escaped && !c.decoded {
			c.Sane = false
			continue
		}
		for _, m := range c.Members {
			if m.Name != n.Name {
				continue
			}
			switch {
			case m.Nodes[k] == nil:
				m.Nodes[k] = n.Value
			case m.Group == nil:
				m.Sane = false
			}
		}
	}
}

// descend resolves what is inside a member.
func (m *Member) descend() {
	if !m.Sane {
		clear(m.Nodes)
	}
	if m.Group == nil {
		m.Node = m.Nodes[0]
	}
	if m.Child != nil {
		m.Child.Resolve(m.Nodes...)
	}
}

// Reachable reports whether everything on the way to the member is sane.
func (m *Member) Reachable() bool {
	for ; m != nil; m = m.In.Parent {
		if !m.Sane || m.Step == query.Member && !m.In.Sane {
			return false
		}
	}
	return true
}

// Conditions are the forms that must be zero for a value of the member to be
// used: it is there, and every name and container on the way is as it should be.
// In a group they are about the way to the array and what holds for all elements;
// whether the member is there is up to each element.
func (m *Member) Conditions(vm *machine.Machine) []ref {
	if m.Group != nil {
		return m.Fit(vm)
	}
	return append(m.Fit(vm), vm.Not(m.Found))
}

// Fit are the forms that must be zero for a search for the member to count,
// whether it finds it or not: every name and container on the way is as it
// should be. An honest prover can make them zero for what is not there. On the way
// to elements that a path goes over, their array is there.
func (m *Member) Fit(vm *machine.Machine) []ref {
	var cs []ref
	for ; m != nil; m = m.In.Parent {
		cs = append(cs, vm.Not(m.OK))
		switch m.Step {
		case query.Member:
			cs = append(cs, vm.Not(m.In.OK))
			if m.Group != nil {
				cs = append(cs, m.repeats)
			}
		case query.Each:
			cs = append(cs, vm.Not(m.In.Parent.Found), m.Group.noArray, m.Group.tooMany)
		}
	}
	return cs
}

// FitObjects are the forms of fit about the objects between the element of a group
// and the member, but for the element itself, which a filter looks at: none has an
// own name with an escape that the class does not allow.
func (m *Member) FitObjects(vm *machine.Machine) []ref {
	var cs []ref
	place := m.Group.Place
	for ; m != place; m = m.In.Parent {
		if m.Step == query.Member && m.In.Parent != place {
			cs = append(cs, vm.Not(m.In.OK))
		}
	}
	return cs
}

// keyStarts are the offsets of the member's names in the prover's document, of each
// object the first.
func (m *Member) keyStarts() map[int]bool {
	at := map[int]bool{}
	objects := m.In.objects()
	for k, v := range m.values() {
		if v == nil || objects[k] == nil {
			continue
		}
		for i := range objects[k].Members {
			if n := &objects[k].Members[i]; n.Value == v {
				at[n.NameStart] = true
			}
		}
	}
	return at
}

// marks are the offsets of all names in the prover's document that are the member's.
func (m *Member) marks() map[int]bool {
	at := map[int]bool{}
	for _, node := range m.In.objects() {
		if node == nil {
			continue
		}
		for i := range node.Members {
			if n := &node.Members[i]; (m.In.decoded || !n.Escaped) && n.Name == m.Name {
				at[n.NameStart] = true
			}
		}
	}
	return at
}

// values are the member's nodes in the prover's document.
func (m *Member) values() []*document.Node {
	if m.Group == nil {
		return []*document.Node{m.Node}
	}
	return m.Nodes
}

// objects are the container's.
func (c *Container) objects() []*document.Node {
	if c.Group == nil {
		return []*document.Node{c.Node}
	}
	return c.Nodes
}

// valueStarts are the offsets of the member's values in the prover's document.
func (m *Member) valueStarts() map[int]bool {
	at := map[int]bool{}
	for _, v := range m.values() {
		if v != nil {
			at[v.Start] = true
		}
	}
	return at
}

// keyStart is the offset of the member's name in the prover's document, or -1.
func (m *Member) keyStart() int {
	if m.Node == nil {
		return -1
	}
	for at := range m.keyStarts() {
		return at
	}
	return -1
}

// Searches is how many members and elements are looked for in a container and in what
// is in it: each is a product over all positions of the document.
func (c *Container) Searches() int {
	n := len(c.Members) + len(c.Elements)
	for _, list := range [][]*Member{c.Members, c.Elements} {
		for _, m := range list {
			if m.Child != nil {
				n += m.Child.Searches()
			}
		}
	}
	if c.Each != nil && c.Each.Place.Child != nil {
		n += c.Each.Place.Child.Searches()
	}
	return n
}
