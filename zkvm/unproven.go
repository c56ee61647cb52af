package zkvm

import (
	"encoding/base64"
	"fmt"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
)

// unproven is ErrUnsupported if the documents have something, where a path of the
// program looks, of which the query has a result but no circuit a proof yet:
// an array of more than [query.MaxElements] elements. It names the path and no value.
func (p *plan) unproven(secrets []Secret) error {
	for i, secret := range secrets {
		payload, err := base64.RawURLEncoding.DecodeString(secret.Payload)
		if err != nil {
			return err
		}
		doc, err := document.Parse(payload)
		if err != nil {
			return err
		}
		uses := usesOf(p.st.Program)
		for k, path := range p.st.Program.Paths {
			if path.Document != i || uses.long[k] && !uses.otherwise[k] {
				continue
			}
			if what := unprovenAt(doc.Root, path.Steps); what != "" {
				return fmt.Errorf("%w: path %s leads to %s", ErrUnsupported, path, what)
			}
		}
	}
	return nil
}

// unprovenAt follows steps from a node, into all members of a name.
func unprovenAt(n *document.Node, steps []query.Step) string {
	if len(steps) == 0 {
		return ""
	}
	step, rest := steps[0], steps[1:]
	switch step.Kind {
	case query.Member:
		for _, m := range n.Members {
			if m.Name == step.Name {
				if what := unprovenAt(m.Value, rest); what != "" {
					return what
				}
			}
		}
	case query.Index:
		if step.Index < len(n.Elems) {
			return unprovenAt(n.Elems[step.Index], rest)
		}
	case query.Each:
		if len(n.Elems) > query.MaxElements {
			return fmt.Sprintf("an array of more than %d elements", query.MaxElements)
		}
		for _, e := range n.Elems {
			by := []query.Step{{Kind: query.Member, Name: step.Filter.Name}}
			if step.Filter.Kind != query.KeepAll {
				if what := unprovenAt(e, by); what != "" {
					return what
				}
			}
			if what := unprovenAt(e, rest); what != "" {
				return what
			}
		}
	}
	return ""
}
