package reference

// start returns where a path starts and its steps from there.
func (r *run) start(path string) (*node, []step) {
	tag, steps := splitPath(path, r.p.tags)
	if !r.jwt[tag] {
		steps = append([]step{{form: "member", name: "data"}}, steps...)
	}
	return r.roots[tag], steps
}

// find returns the one member of an object with a name, nil if there is none.
func find(object *node, name, path string) *node {
	var found *node
	times := 0
	for i, n := range object.names {
		if n.text == name {
			found = object.members[i]
			times++
		}
	}
	if times > 1 {
		panic(evalFault(path, "name that stands twice"))
	}
	return found
}

// take takes one step that is no EACH: nil if it leads nowhere.
func take(n *node, s step, path string) *node {
	switch {
	case s.form == "member" && n.kind == "object":
		return find(n, s.name, path)
	case s.form == "index" && n.kind == "array" && s.index < len(n.elems):
		return n.elems[s.index]
	}
	return nil
}

// kindAt returns the kind of what a path leads to, empty if it leads nowhere.
func (r *run) kindAt(path string) string {
	n, steps := r.start(path)
	for _, s := range steps {
		if n = take(n, s, path); n == nil {
			return ""
		}
	}
	return n.kind
}

func (r *run) exists(path string) bool {
	kind := r.kindAt(path)
	return kind != "" && kind != "null"
}

// walk takes steps of which all are needed, and returns where the last named
// member stands if one of them names a member.
func walk(n *node, steps []step, path string) (end *node, last *marker) {
	for _, s := range steps {
		if s.form == "member" {
			last = &marker{object: n, name: "_" + s.name + "_zkpass_public_", path: path}
		}
		if n = take(n, s, path); n == nil {
			panic(evalFault(path, "step that leads nowhere"))
		}
	}
	return n, last
}

// longest is how many elements an array may have that a path goes over where it is
// counted, or compared with a literal or now.
func longest(steps []step) int {
	if last := steps[len(steps)-1]; last.form == "each" && last.filter == "" {
		return 1024
	}
	return 32
}

// keep returns the elements of an array that an EACH keeps.
func keep(array *node, s step, path string, limit int) []*node {
	if array.kind != "array" {
		panic(evalFault(path, "no array"))
	}
	if len(array.elems) > limit {
		panic(evalFault(path, "too many elements"))
	}
	if s.filter == "" {
		return array.elems
	}
	var kept []*node
	for _, e := range array.elems {
		if e.kind != "object" {
			panic(evalFault(path, "filter on what is no object"))
		}
		by := find(e, s.by, path)
		holds := false
		if by != nil && by.kind != "null" {
			if s.filter == "equals" {
				if by.kind != "string" {
					panic(evalFault(path, "filter by what is no string"))
				}
				if len(by.text) > 256 || len(by.raw) > 1536 {
					panic(evalFault(path, "string over 256 bytes"))
				}
				holds = by.text == s.text
			} else {
				if by.kind != "boolean" {
					panic(evalFault(path, "filter by what is no boolean"))
				}
				holds = by.raw == "true"
			}
		}
		if holds != (s.filter == "isn't") {
			kept = append(kept, e)
		}
	}
	return kept
}

// splitAtEach returns the steps before EACH, it, and those after it.
func splitAtEach(steps []step) (before []step, each *step, after []step) {
	for i := range steps {
		if steps[i].form == "each" {
			return steps[:i], &steps[i], steps[i+1:]
		}
	}
	return steps, nil, nil
}

func (r *run) count(path string) value {
	root, steps := r.start(path)
	before, each, _ := splitAtEach(steps)
	array, last := walk(root, before, path)
	v := computed(integer(int64(len(keep(array, *each, path, longest(steps))))))
	v.needs = []marker{*last}
	return v
}

func (r *run) read(path string, limit int) value {
	root, steps := r.start(path)
	before, each, after := splitAtEach(steps)
	n, last := walk(root, before, path)
	if each == nil {
		return value{items: []any{item(n, path)}, needs: []marker{*last}, path: path}
	}
	v := value{array: true, path: path}
	inside := false
	for _, e := range keep(n, *each, path, limit) {
		end, own := walk(e, after, path)
		v.items = append(v.items, item(end, path))
		if own != nil {
			v.needs = append(v.needs, *own)
		}
	}
	for _, s := range after {
		inside = inside || s.form == "member"
	}
	if !inside {
		v.needs = []marker{*last}
	}
	for _, i := range v.items {
		if kindOf(i) != kindOf(v.items[0]) {
			panic(evalFault(path, "elements of different types"))
		}
	}
	return v
}

func kindOf(item any) string {
	switch item.(type) {
	case string:
		return "string"
	case number:
		return "number"
	}
	return "boolean"
}

// item is the value of a member or an element that is needed.
func item(n *node, path string) any {
	switch n.kind {
	case "string":
		if len(n.text) > 256 || len(n.raw) > 1536 {
			panic(evalFault(path, "string over 256 bytes"))
		}
		return n.text
	case "number":
		v, ok := n.number()
		if !ok {
			panic(evalFault(path, "number that has no value"))
		}
		return v
	case "boolean":
		return n.raw == "true"
	}
	panic(evalFault(path, "null, array or object"))
}
