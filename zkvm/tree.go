package zkvm

import (
	"errors"
	"strings"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// ErrUnsupported means that a query is valid but cannot be proven yet.
var ErrUnsupported = errors.New("cannot be proven yet")

// container is an object or array that paths look into. Inside a group it stands
// for one in each element of the group's array, and so do its members.
type container struct {
	level    int     // containers open before its bracket
	parent   *member // nil for the payload's object
	members  []*member
	elements []*member // those that paths name by their index
	each     *each     // all elements, if a path goes over them
	long     *long     // the same, if one does that asks of all at once
	group    *each     // the array in whose elements it is, nil if it is one container
	decoded  bool      // names are compared decoded

	inside []ref // inside[i]: byte i lies in it, after its bracket
	keys   []ref // keys[i]: byte i opens one of its own names
	starts []ref // starts[i]: byte i starts one of its own elements
	ok     ref   // none of its own names has an escape, if names are compared as written
	// secret
	node   *document.Node   // nil if it is not there or no container; not in a group
	nodes  []*document.Node // of a group: one for each element, nil what is not there
	sane   bool
	within []bool // as inside, and at the end
}

// member is a value that paths look for in a container: that of a name, or an
// element of an array.
type member struct {
	in    *container
	step  query.StepKind
	name  string
	index int
	group *each // as the container's; of an array's elements, that array's
	child *container
	leaf  *leaf

	filtered bool // of elements: some path keeps only some of them

	value []ref // value[i]: the member's value starts at byte i
	found ref   // it is there; not in a group
	ok    ref   // it is there at most once
	first *ref  // see firstByte
	null  *flag // see present
	kinds *kindFlags
	// in a group, of a name: see searchGroup
	again   []ref // again[i]: byte i opens the name once more in one object
	repeats ref   // zero if it does nowhere
	// secret
	node  *document.Node   // not in a group
	nodes []*document.Node // in a group, as the container's
	sane  bool
}

// member finds or adds a member.
func (c *container) member(name string) *member {
	for _, m := range c.members {
		if m.name == name {
			return m
		}
	}
	m := &member{in: c, step: query.Member, name: name, group: c.group}
	c.members = append(c.members, m)
	return m
}

// element finds or adds an element of an array.
func (c *container) element(index int) *member {
	for _, m := range c.elements {
		if m.index == index {
			return m
		}
	}
	m := &member{in: c, step: query.Index, index: index, group: c.group}
	c.elements = append(c.elements, m)
	return m
}

// all finds or adds the elements of an array as a group.
func (c *container) all() *each {
	if c.each == nil {
		c.each = &each{selections: map[query.Filter]*selection{}}
		c.each.place = &member{in: c, step: query.Each, group: c.each}
	}
	return c.each
}

// inner finds or adds the container that a member is.
func (m *member) inner() *container {
	if m.child == nil {
		m.child = &container{level: m.in.level + 1, parent: m, group: m.group, decoded: m.in.decoded}
	}
	return m.child
}

// locate finds or adds the member that the steps of a path lead to.
func (s *source) locate(steps []query.Step) *member {
	c := s.root
	var m *member
	for _, step := range steps {
		if m != nil {
			c = m.inner()
		}
		switch step.Kind {
		case query.Member:
			m = c.member(step.Name)
		case query.Index:
			m = c.element(step.Index)
		case query.Each:
			m = c.all().place
		}
	}
	return m
}

// locateLong finds or adds the array that a path goes over in its last step.
func (s *source) locateLong(steps []query.Step) *long {
	c := s.locate(steps[:len(steps)-1]).inner()
	if c.long == nil {
		c.long = &long{in: c, source: s}
	}
	return c.long
}

// leafOf finds or adds the leaf of a member.
func (s *source) leafOf(m *member) *leaf {
	if m.leaf == nil {
		m.leaf = &leaf{source: s, at: m}
		s.leaves = append(s.leaves, m.leaf)
	}
	return m.leaf
}

// writable reports whether a text can stand in a document without an escape.
func writable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < 0x20 || r == '"' || r == '\\' })
}

// resolve finds the nodes of all containers and members in the prover's
// document, by the circuit's rules: names compare decoded, or, if the class allows no
// escapes in them, as they are written.
func (c *container) resolve(nodes ...*document.Node) {
	c.nodes, c.sane = nodes, true
	if c.group == nil && nodes[0] != nil && (nodes[0].Kind == document.Object || nodes[0].Kind == document.Array) {
		c.node = nodes[0]
	}
	for _, m := range c.members {
		m.sane, m.nodes = true, make([]*document.Node, len(nodes))
	}
	for _, m := range c.elements {
		m.sane, m.nodes = true, make([]*document.Node, len(nodes))
	}
	for k, node := range nodes {
		switch {
		case node == nil:
		case node.Kind == document.Object:
			c.resolveNames(k, node)
		case node.Kind == document.Array:
			for _, m := range c.elements {
				if m.index < len(node.Elems) {
					m.nodes[k] = node.Elems[m.index]
				}
			}
			if c.each != nil {
				c.each.place.nodes = node.Elems
			}
		}
	}
	for _, m := range c.members {
		m.descend()
	}
	for _, m := range c.elements {
		m.descend()
	}
	if c.each != nil {
		c.each.place.sane = true
		c.each.place.descend()
	}
}

// resolveNames finds the members of an object.
func (c *container) resolveNames(k int, node *document.Node) {
	for i := range node.Members {
		n := &node.Members[i]
		if n.Escaped && !c.decoded {
			c.sane = false
			continue
		}
		for _, m := range c.members {
			if m.name != n.Name {
				continue
			}
			switch {
			case m.nodes[k] == nil:
				m.nodes[k] = n.Value
			case m.group == nil:
				m.sane = false
			}
		}
	}
}

// descend resolves what is inside a member.
func (m *member) descend() {
	if !m.sane {
		clear(m.nodes)
	}
	if m.group == nil {
		m.node = m.nodes[0]
	}
	if m.child != nil {
		m.child.resolve(m.nodes...)
	}
}

// reachable reports whether everything on the way to the member is sane.
func (m *member) reachable() bool {
	for ; m != nil; m = m.in.parent {
		if !m.sane || m.step == query.Member && !m.in.sane {
			return false
		}
	}
	return true
}

// conditions are the forms that must be zero for a value of the member to be
// used: it is there, and every name and container on the way is as it should be.
// In a group they are about the way to the array and what holds for all elements;
// whether the member is there is up to each element.
func (m *member) conditions(vm *machine.Machine) []ref {
	if m.group != nil {
		return m.fit(vm)
	}
	return append(m.fit(vm), vm.Not(m.found))
}

// fit are the forms that must be zero for a search for the member to count,
// whether it finds it or not: every name and container on the way is as it
// should be. An honest prover can make them zero for what is not there. On the way
// to elements that a path goes over, their array is there.
func (m *member) fit(vm *machine.Machine) []ref {
	var cs []ref
	for ; m != nil; m = m.in.parent {
		cs = append(cs, vm.Not(m.ok))
		switch m.step {
		case query.Member:
			cs = append(cs, vm.Not(m.in.ok))
			if m.group != nil {
				cs = append(cs, m.repeats)
			}
		case query.Each:
			cs = append(cs, vm.Not(m.in.parent.found), m.group.noArray, m.group.tooMany)
		}
	}
	return cs
}

// fitObjects are the forms of fit about the objects between the element of a group
// and the member, but for the element itself, which a filter looks at: none has an
// own name with an escape that the class does not allow.
func (m *member) fitObjects(vm *machine.Machine) []ref {
	var cs []ref
	place := m.group.place
	for ; m != place; m = m.in.parent {
		if m.step == query.Member && m.in.parent != place {
			cs = append(cs, vm.Not(m.in.ok))
		}
	}
	return cs
}

// keyStarts are the offsets of the member's names in the prover's document, of each
// object the first.
func (m *member) keyStarts() map[int]bool {
	at := map[int]bool{}
	objects := m.in.objects()
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
func (m *member) marks() map[int]bool {
	at := map[int]bool{}
	for _, node := range m.in.objects() {
		if node == nil {
			continue
		}
		for i := range node.Members {
			if n := &node.Members[i]; (m.in.decoded || !n.Escaped) && n.Name == m.name {
				at[n.NameStart] = true
			}
		}
	}
	return at
}

// values are the member's nodes in the prover's document.
func (m *member) values() []*document.Node {
	if m.group == nil {
		return []*document.Node{m.node}
	}
	return m.nodes
}

// objects are the container's.
func (c *container) objects() []*document.Node {
	if c.group == nil {
		return []*document.Node{c.node}
	}
	return c.nodes
}

// valueStarts are the offsets of the member's values in the prover's document.
func (m *member) valueStarts() map[int]bool {
	at := map[int]bool{}
	for _, v := range m.values() {
		if v != nil {
			at[v.Start] = true
		}
	}
	return at
}

// keyStart is the offset of the member's name in the prover's document, or -1.
func (m *member) keyStart() int {
	if m.node == nil {
		return -1
	}
	for at := range m.keyStarts() {
		return at
	}
	return -1
}
