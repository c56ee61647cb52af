package query

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/zkpass-go/zkpass/document"
)

// pathParser reads the text of a path, which has no white space but inside
// names and where a filter's == has it.
type pathParser struct {
	text string
	pos  int
}

// parsePath reads a path over the given documents, which are in the order of
// Program.Documents. Errors have the place and what was expected, and no bytes
// of the text: a text that is no path may be a literal in the wrong place.
func parsePath(text string, docs []Source) (Path, error) {
	p := pathParser{text: text}
	var path Path
	if len(docs) != 1 || docs[0].Tag != "" {
		n := tagLength(text)
		if n == 0 {
			return Path{}, p.want("a tag")
		}
		path.Document = documentOf(docs, text[:n])
		if path.Document < 0 {
			return Path{}, p.want("one of the tags " + tagList(docs))
		}
		p.pos = n
		if !p.take(".") {
			return Path{}, p.want("a dot and a member after the tag")
		}
	}
	doc := docs[path.Document]
	path.Tag, path.Format = doc.Tag, doc.Format
	if doc.Format == ZkPass {
		path.Steps = append(path.Steps, Step{Kind: Member, Name: "data"})
	}
	name, err := p.member()
	if err != nil {
		return Path{}, err
	}
	path.Steps = append(path.Steps, Step{Kind: Member, Name: name})
	each := false
	for p.pos < len(p.text) {
		step, err := p.step()
		if err != nil {
			return Path{}, err
		}
		if step.Kind == Each {
			if each {
				return Path{}, p.want("no second [] in one path")
			}
			each = true
		}
		path.Steps = append(path.Steps, step)
	}
	return path, nil
}

func documentOf(docs []Source, tag string) int {
	for i, d := range docs {
		if d.Tag == tag {
			return i
		}
	}
	return -1
}

func tagList(docs []Source) string {
	var tags []string
	for _, d := range docs {
		tags = append(tags, d.Tag)
	}
	return strings.Join(tags, ", ")
}

func (p *pathParser) want(what string) error {
	return fmt.Errorf("path, byte %d: expected %s", p.pos, what)
}

// take goes past s if it is next.
func (p *pathParser) take(s string) bool {
	if !strings.HasPrefix(p.text[p.pos:], s) {
		return false
	}
	p.pos += len(s)
	return true
}

func (p *pathParser) step() (Step, error) {
	switch {
	case p.take("."):
		name, err := p.member()
		return Step{Kind: Member, Name: name}, err
	case p.take("[]"), p.take("[*]"):
		return Step{Kind: Each}, nil
	case p.take("[?"):
		f, err := p.filter()
		return Step{Kind: Each, Filter: f}, err
	case p.take("["):
		n, err := p.index()
		return Step{Kind: Index, Index: n}, err
	}
	return Step{}, p.want(`"." or "[" (a name of other characters than letters, digits and _ is written in double quotes)`)
}

// member reads a name, plain or as a JSON string.
func (p *pathParser) member() (string, error) {
	rest := p.text[p.pos:]
	name := rest[:plainMember(rest)]
	switch {
	case name != "":
		p.pos += len(name)
	case strings.HasPrefix(rest, `"`):
		n := quotedLength(rest)
		doc, err := document.ParseValue([]byte(rest[:n]), n, 0)
		if err != nil || doc.Root.Kind != document.String {
			return "", p.want("a name as a JSON string")
		}
		// Cannot fail: the value is a string.
		name, _ = doc.Text(doc.Root)
		p.pos += n
	default:
		return "", p.want("a member: a letter or _ and letters, digits, _, or a name in double quotes")
	}
	if len(name) > MaxName {
		return "", p.want(fmt.Sprintf("a name of at most %d bytes before this", MaxName))
	}
	return name, nil
}

// quotedLength returns the length of the JSON string at the start of s, both
// quotes included, or all of s if it does not end.
func quotedLength(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

// index reads what follows the bracket of an index.
func (p *pathParser) index() (int, error) {
	digits, _, closed := strings.Cut(p.text[p.pos:], "]")
	n, err := strconv.Atoi(digits)
	if !closed || err != nil || n < 0 || n > MaxIndex || strconv.Itoa(n) != digits {
		return 0, p.want(fmt.Sprintf("an index from 0 to %d without leading zeros, nothing, * or a filter, then ]", MaxIndex))
	}
	p.pos += len(digits) + 1
	return n, nil
}

// filter reads what follows "[?".
func (p *pathParser) filter() (Filter, error) {
	f := Filter{Kind: KeepTrue}
	if p.take("!") {
		f.Kind = KeepFalse
	}
	var err error
	if f.Name, err = p.member(); err != nil {
		return Filter{}, err
	}
	if p.take("]") {
		return f, nil
	}
	if f.Kind == KeepFalse || !p.take(" == '") {
		return Filter{}, p.want("] (filters are [?member], [?!member] and [?member == 'text'])")
	}
	f.Kind = KeepText
	if f.Text, err = p.filterText(); err != nil {
		return Filter{}, err
	}
	if !p.take("]") {
		return Filter{}, p.want("] after the text of a filter")
	}
	return f, nil
}

// filterText reads what follows the opening ' of a filter's text, and the closing one.
func (p *pathParser) filterText() (string, error) {
	var text []byte
	for p.pos < len(p.text) {
		c := p.text[p.pos]
		switch {
		case c == '\'':
			p.pos++
			if len(text) > MaxLiteral {
				return "", p.want(fmt.Sprintf("a text of at most %d bytes before this", MaxLiteral))
			}
			return string(text), nil
		case c == '\\':
			if !strings.HasPrefix(p.text[p.pos:], `\'`) && !strings.HasPrefix(p.text[p.pos:], `\\`) {
				return "", p.want(`\' or \\ in the text of a filter`)
			}
			p.pos++
			c = p.text[p.pos]
		}
		text = append(text, c)
		p.pos++
	}
	return "", p.want("the closing ' of a filter's text")
}
