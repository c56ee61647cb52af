package zkvm

import (
	"errors"
	"fmt"
	"strings"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
)

// ErrUnsupported means that a query is valid but cannot be proven yet.
var ErrUnsupported = errors.New("cannot be proven yet")

// container is an object that paths look into.
type container struct {
	level   int     // containers open before its bracket
	parent  *member // nil for the payload's object
	members []*member

	inside []ref // inside[i]: byte i lies in it, after its bracket
	keys   []ref // keys[i]: byte i opens one of its own names
	ok     ref   // none of its own names has an escape
	// secret
	node *document.Node // nil if it is not there
	sane bool
}

// member is a name that paths look for in a container.
type member struct {
	in    *container
	name  string
	child *container
	leaf  *leaf

	value []ref // value[i]: the member's value starts at byte i
	found ref   // it is there
	ok    ref   // it is there at most once
	first *ref  // see firstByte
	null  *flag // see present
	// secret
	node *document.Node
	sane bool
}

// child finds or adds a member.
func (c *container) member(name string) *member {
	for _, m := range c.members {
		if m.name == name {
			return m
		}
	}
	m := &member{in: c, name: name}
	c.members = append(c.members, m)
	return m
}

// locate finds or adds the member that a path of names leads to.
func (s *source) locate(steps []query.Step) (*member, error) {
	c := s.root
	var m *member
	for _, step := range steps {
		if step.Kind != query.Member {
			return nil, fmt.Errorf("%w: array elements in paths", ErrUnsupported)
		}
		if m != nil {
			if m.child == nil {
				m.child = &container{level: c.level + 1, parent: m}
			}
			c = m.child
		}
		m = c.member(step.Name)
	}
	return m, nil
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
// document, by the circuit's rules: names compare as they are written.
func (c *container) resolve(node *document.Node) {
	c.node, c.sane = node, true
	for _, m := range c.members {
		m.sane = true
	}
	if node == nil || node.Kind != document.Object {
		c.node = nil
	} else {
		for i := range node.Members {
			n := &node.Members[i]
			if n.Escaped {
				c.sane = false
				continue
			}
			for _, m := range c.members {
				if m.name != n.Name {
					continue
				}
				if m.node != nil {
					m.sane = false
				}
				m.node = n.Value
			}
		}
	}
	for _, m := range c.members {
		if !m.sane {
			m.node = nil
		}
		if m.child != nil {
			m.child.resolve(m.node)
		}
	}
}

// reachable reports whether everything on the way to the member is sane.
func (m *member) reachable() bool {
	for ; m != nil; m = m.in.parent {
		if !m.sane || !m.in.sane {
			return false
		}
	}
	return true
}

// conditions are the forms that must be zero for a value of the member to be
// used: it is there, and every name and container on the way is as it should be.
func (m *member) conditions(vm *machine) []ref {
	return append(m.fit(vm), vm.not(m.found))
}

// fit are the forms that must be zero for a search for the member to count,
// whether it finds it or not: every name and container on the way is as it
// should be. An honest prover can make them zero for what is not there.
func (m *member) fit(vm *machine) []ref {
	var cs []ref
	for ; m != nil; m = m.in.parent {
		cs = append(cs, vm.not(m.ok), vm.not(m.in.ok))
	}
	return cs
}

// keyStart is the offset of the member's name in the prover's document, or -1.
func (m *member) keyStart() int {
	if m.node == nil || m.in.node == nil {
		return -1
	}
	for i := range m.in.node.Members {
		if n := &m.in.node.Members[i]; n.Value == m.node {
			return n.NameStart
		}
	}
	return -1
}
