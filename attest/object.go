package attest

import (
	"strconv"

	"github.com/zkpass-go/zkpass/document"
)

// maxDepth bounds the containers open at once in evidence and policies.
const maxDepth = 8

// object takes the members out of a JSON object one by one: names count byte for
// byte, none may stand twice, and none may be left over. The first error sticks.
type object struct {
	doc   *document.Document
	node  *document.Node
	where string
	taken map[string]bool
	err   *error // shared with the objects within
}

// openObject parses a text as one object. where names it in errors.
func openObject(where string, text []byte, limit int) *object {
	o := &object{where: where, taken: make(map[string]bool), err: new(error)}
	if len(text) > limit {
		*o.err = tooLarge("the "+where, len(text), limit)
		return o
	}
	doc, err := document.ParseValue(text, limit, maxDepth)
	if err != nil {
		*o.err = malformed("%s: %w", where, err)
		return o
	}
	return o.within(doc, doc.Root, where)
}

func (o *object) within(doc *document.Document, node *document.Node, where string) *object {
	inner := &object{doc: doc, node: node, where: where, taken: make(map[string]bool), err: o.err}
	if node.Kind != document.Object {
		inner.fail("want an object")
	}
	return inner
}

func (o *object) fail(format string, args ...any) {
	if *o.err == nil {
		*o.err = malformed(o.where+": "+format, args...)
	}
}

// opt takes a member that may be left out.
func (o *object) opt(name string) *document.Node {
	if *o.err != nil {
		return nil
	}
	o.taken[name] = true
	member, err := o.node.Find(name)
	if err != nil {
		o.fail("member %s: %w", name, err)
		return nil
	}
	if member == nil {
		return nil
	}
	return member.Value
}

// need takes a member that must be there.
func (o *object) need(name string) *document.Node {
	node := o.opt(name)
	if node == nil {
		o.fail("member %s is missing", name)
	}
	return node
}

func (o *object) text(name string, node *document.Node) string {
	if node == nil {
		return ""
	}
	text, err := o.doc.Text(node)
	if err != nil {
		o.fail("member %s: want a string", name)
	}
	return text
}

func (o *object) str(name string) string { return o.text(name, o.need(name)) }

// integer reads a member in [low, high].
func (o *object) integer(name string, node *document.Node, low, high int64) int64 {
	if node == nil {
		return low
	}
	n, err := o.doc.Int(node)
	if err != nil || n < low || n > high {
		o.fail("member %s: want an integer from %d to %d", name, low, high)
		return low
	}
	return n
}

// flag takes a member that is true or false, and false if it is left out.
func (o *object) flag(name string) bool {
	node := o.opt(name)
	if node == nil {
		return false
	}
	if node.Kind != document.True && node.Kind != document.False {
		o.fail("member %s: want true or false", name)
	}
	return node.Kind == document.True
}

// inner takes an object that may be left out: nil stands for that.
func (o *object) inner(name string) *object {
	node := o.opt(name)
	if node == nil {
		return nil
	}
	return o.within(o.doc, node, o.where+": "+name)
}

// list takes an array of at most most elements that must be there.
func (o *object) list(name string, most int) []*document.Node {
	node := o.need(name)
	if node == nil {
		return nil
	}
	if node.Kind != document.Array || len(node.Elems) > most {
		o.fail("member %s: want an array of at most %d elements", name, most)
		return nil
	}
	return node.Elems
}

// end reports the first error; a member that nobody took is one.
func (o *object) end() error {
	if *o.err != nil {
		return *o.err
	}
	for _, member := range o.node.Members {
		if !o.taken[member.Name] {
			o.fail("unknown member %s", quoteName(member.Name))
			break
		}
	}
	return *o.err
}

// quoteName quotes a name from untrusted input for an error.
func quoteName(name string) string {
	const most = 64
	if len(name) > most {
		return strconv.QuoteToASCII(name[:most]) + "..."
	}
	return strconv.QuoteToASCII(name)
}
