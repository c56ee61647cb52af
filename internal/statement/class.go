package statement

import (
	"fmt"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm"
)

// ClassOf returns the size class of a payload. It is the smallest one, so that a
// proof tells little of the size and costs no more than it must, and it allows
// escapes if and only if the program may use a string of the document, which has
// the tag, that is written with one, and escapes in names if and only if it looks
// into an object that has such a name.
func ClassOf(payload *document.Document, program *query.Program, tag string) (zkvm.Class, error) {
	class, err := zkvm.ClassFor(len(payload.Bytes()), open(payload.Root))
	if err != nil {
		return zkvm.Class{}, fmt.Errorf("%w: %w", zkvm.ErrUnsupported, err)
	}
	class.Escapes = escapes(payload, program, tag)
	class.Names = names(payload, program, tag)
	return class, nil
}

// open returns how many containers are open at once at the most. The recursion is
// bounded by [document.MaxDepth].
func open(n *document.Node) int {
	most := n.Depth
	if n.Kind == document.Object || n.Kind == document.Array {
		most++
	}
	for _, member := range n.Members {
		most = max(most, open(member.Value))
	}
	for _, element := range n.Elems {
		most = max(most, open(element))
	}
	return most
}
