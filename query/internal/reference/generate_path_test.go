package reference

import (
	"fmt"
	"strings"
)

// step writes a name as the step of a path.
func (g *generator) step(name string) string {
	if plain(name) && g.maybe(0.97) {
		return name
	}
	return g.quote(name, 0.05)
}

func plain(name string) bool {
	for i, c := range name {
		if !(c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && c >= '0' && c <= '9') {
			return false
		}
	}
	return name != ""
}

// find collects the paths of a value.
func (g *generator) find(n *made, path string, each bool) {
	if path != "" && !strings.HasSuffix(path, ".") {
		g.paths = append(g.paths, found{path: path, kind: n.kind, each: each})
	}
	for i, m := range n.members {
		at := g.step(n.names[i])
		if path != "" && !strings.HasSuffix(path, ".") {
			at = path + "." + at
		} else {
			at = path + at
		}
		g.find(m, at, each)
	}
	if n.kind != "array" || strings.HasSuffix(path, ".") || path == "" {
		return
	}
	if len(n.elems) > 0 {
		i := g.IntN(min(len(n.elems), 4))
		g.find(n.elems[i], fmt.Sprintf("%s[%d]", path, i), each)
	}
	if each {
		return
	}
	filters := []string{"[]", "[*]"}
	var model *made
	if len(n.elems) > 0 {
		model = n.elems[g.IntN(len(n.elems))]
		for i, m := range model.members {
			name := g.step(model.names[i])
			switch m.kind {
			case "boolean":
				filters = append(filters, "[?"+name+"]", "[?!"+name+"]")
			case "string", "date", "time":
				text := strings.NewReplacer(`'`, `\'`, `\`, `\\`).Replace(m.text)
				filters = append(filters, "[?"+name+" == '"+text+"']")
			}
		}
	}
	for _, f := range []string{pick(g, filters...), pick(g, filters...)} {
		g.paths = append(g.paths, found{path: path + f, kind: "array", count: true})
		if model != nil {
			g.find(model, path+f, true)
		} else {
			g.paths = append(g.paths, found{path: path + f, kind: pick(g, scalarKinds...), each: true})
		}
	}
}
