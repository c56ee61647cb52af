package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// kind is a way to break a program.
type kind string

const (
	dropCall     kind = "drop"      // a call that only has effects is not made
	dropRefusal  kind = "accept"    // a condition under which something is refused never holds
	dropError    kind = "unchecked" // the error of a call that only checks is taken to be nil
	dropTerm     kind = "term"      // one of several summands is zero, one of several conditions holds
	fixChallenge kind = "one"       // a challenge is drawn, and taken to be one
	fixMask      kind = "mask"      // a mask is not drawn, but constant
)

// idle are methods and functions whose calls are left alone: they share work out, make room,
// show progress, or catch a mistake of the program itself.
var idle = map[string]bool{
	"Lock": true, "Unlock": true, "RLock": true, "RUnlock": true, "Wait": true, "Do": true, "Go": true, "Each": true, "each": true, "Done": true, "Store": true,
	"Forget": true, "Grow": true, "Reserve": true, "Prepare": true, "prepare": true, "Detach": true, "Clear": true, "Limit": true, "Free": true, "FreeRows": true, "free": true, "freeInputs": true, "Slice": true,
	"count": true, "Count": true, "Counted": true, "Declares": true, "countRSA": true, "progress": true, "emit": true, "mark": true, "load": true,
	"panic": true, "close": true, "clear": true, "copy": true, "delete": true, "print": true, "println": true,
	"mustBeChecked": true, "mustHaveRoom": true, "mustKnow": true, "mustFollow": true, "checkDepth": true, "sortTerms": true, "SetIndent": true, "SetEscapeHTML": true,
}

// sums are calls whose arguments are dropped one at a time.
var sums = map[string]bool{"together": true, "add": true, "sum": true, "Sum": true, "Add": true, "Sub": true, "plus": true, "minus": true, "and": true,
	"Together": true, "Plus": true, "Minus": true, "And": true}

// mutator finds the changes of one package.
type mutator struct {
	p       *goPackage
	file    *goFile
	within  string // the function
	results *types.Tuple
	counts  map[kind]int
	out     []mutant
}

// mutate lists all changes of a package's files, in the order of their text.
func mutate(p *goPackage) []mutant {
	m := &mutator{p: p}
	for i := range p.files {
		m.file = &p.files[i]
		for _, d := range m.file.syntax.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			m.within, m.counts = nameOf(f), map[kind]int{}
			m.function(p.info.Defs[f.Name].Type().(*types.Signature), f.Body)
		}
	}
	return m.out
}

func (m *mutator) text(n ast.Node) string {
	return string(m.file.source[m.offset(n.Pos()):m.offset(n.End())])
}

func (m *mutator) offset(p token.Pos) int { return m.p.set.Position(p).Offset }

// add adds a change of n: before and after are put around the text from..to.
// In them # stands for the question whether the change is made.
func (m *mutator) add(k kind, n ast.Node, from, to token.Pos, before, after string) {
	changed := m.text(n)
	sum := sha256.Sum256([]byte(changed))
	number := len(m.out)
	on := fmt.Sprintf("mutantOn(%d)", number)
	m.out = append(m.out, mutant{
		Name: fmt.Sprintf("%s %s %s %d %s", m.file.name, m.within, k, m.counts[k], hex.EncodeToString(sum[:4])),
		Text: strings.Join(strings.Fields(changed), " "), file: m.file.name, number: number,
		wrap: wrap{m.offset(from), m.offset(to), strings.ReplaceAll(before, "#", on), strings.ReplaceAll(after, "#", on)},
	})
	m.counts[k]++
}

func (m *mutator) function(signature *types.Signature, body *ast.BlockStmt) {
	outer := m.results
	m.results = signature.Results()
	for i, s := range body.List {
		if r, ok := s.(*ast.ReturnStmt); ok && i == len(body.List)-1 {
			m.lastReturn(r)
		}
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			m.function(m.p.info.TypeOf(n).(*types.Signature), n.Body)
			return false
		case *ast.BlockStmt:
			m.statements(n.List)
		case *ast.CaseClause:
			m.statements(n.Body)
		case *ast.IfStmt:
			m.condition(n)
		case *ast.SwitchStmt:
			m.cases(n)
		case *ast.CallExpr:
			m.call(n)
		}
		return true
	})
	m.results = outer
}

func (m *mutator) statements(list []ast.Stmt) {
	for _, s := range list {
		e, ok := s.(*ast.ExprStmt)
		if !ok {
			continue
		}
		call, ok := e.X.(*ast.CallExpr)
		if !ok || idle[called(call)] || called(call) == "" {
			continue
		}
		args := make([]string, len(call.Args))
		for i, a := range call.Args {
			args[i] = m.text(a)
		}
		// The arguments are evaluated either way: only the call is missing.
		m.add(dropCall, e, e.Pos(), e.End(), "if # { mutantDrop("+strings.Join(args, ", ")+") } else { ", " }")
	}
}

// lastReturn is a function that ends with somebody else's check.
func (m *mutator) lastReturn(r *ast.ReturnStmt) {
	if len(r.Results) != 1 || m.results.Len() != 1 || !isError(m.results.At(0).Type()) {
		return
	}
	if call, ok := r.Results[0].(*ast.CallExpr); ok && !m.makesError(call) {
		m.add(dropError, call, call.Pos(), call.End(), "mutantNil(#, ", ")")
	}
}

func (m *mutator) condition(n *ast.IfStmt) {
	if !m.refuses(n.Body.List) {
		return
	}
	if b, ok := n.Cond.(*ast.BinaryExpr); ok && b.Op == token.NEQ && isError(m.p.info.TypeOf(b.X)) {
		a, ok := n.Init.(*ast.AssignStmt)
		if !ok || len(a.Lhs) != 1 || len(a.Rhs) != 1 {
			return // what else the call makes is needed
		}
		if call, ok := a.Rhs[0].(*ast.CallExpr); ok {
			m.add(dropError, call, call.Pos(), call.End(), "mutantNil(#, ", ")")
		}
		return
	}
	m.refusal(n.Cond)
}

func (m *mutator) cases(n *ast.SwitchStmt) {
	if n.Tag != nil {
		return
	}
	for _, s := range n.Body.List {
		if c := s.(*ast.CaseClause); m.refuses(c.Body) {
			for _, e := range c.List {
				m.refusal(e)
			}
		}
	}
}

// refusal drops a condition, and each of several alternatives.
func (m *mutator) refusal(cond ast.Expr) {
	m.add(dropRefusal, cond, cond.Pos(), cond.End(), "(", ") && !#")
	var alternatives func(e ast.Expr)
	alternatives = func(e ast.Expr) {
		switch x := e.(type) {
		case *ast.ParenExpr:
			alternatives(x.X)
		case *ast.BinaryExpr:
			if x.Op == token.LOR {
				for _, y := range []ast.Expr{x.X, x.Y} {
					if b, ok := y.(*ast.BinaryExpr); !ok || b.Op != token.LOR {
						m.add(dropRefusal, y, y.Pos(), y.End(), "((", ") && !#)")
					}
					alternatives(y)
				}
			}
		}
	}
	alternatives(cond)
}

// refuses reports whether statements only return an error or false, or note an error.
func (m *mutator) refuses(list []ast.Stmt) bool {
	if len(list) != 1 {
		return false
	}
	switch s := list[0].(type) {
	case *ast.ReturnStmt:
		if len(s.Results) == 0 || len(s.Results) != m.results.Len() {
			return false
		}
		last, t := s.Results[len(s.Results)-1], m.results.At(m.results.Len()-1).Type()
		if call, ok := last.(*ast.CallExpr); ok && isError(t) {
			return m.makesError(call) // and does not do the work another way
		}
		if isError(t) {
			return m.text(last) != "nil"
		}
		return m.text(last) == "false"
	case *ast.AssignStmt:
		return len(s.Lhs) == 1 && len(s.Rhs) == 1 && s.Tok == token.ASSIGN && isError(m.p.info.TypeOf(s.Lhs[0])) && m.text(s.Rhs[0]) != "nil"
	}
	return false
}

func isError(t types.Type) bool {
	return t != nil && types.Identical(t, types.Universe.Lookup("error").Type())
}

// makesError reports whether a call makes an error where it stands.
func (m *mutator) makesError(call *ast.CallExpr) bool {
	switch called(call) {
	case "Errorf", "New", "wrap", "refuse", "Join":
		return true
	}
	return false
}

func (m *mutator) call(n *ast.CallExpr) {
	fun := called(n)
	if sums[fun] && !n.Ellipsis.IsValid() {
		for _, a := range n.Args {
			if without := m.without(n, a); without != "" {
				m.add(dropTerm, a, a.Pos(), a.End(), "mutantTerm(#, "+without+", ", ")")
			}
		}
	}
	switch {
	case fun == "Challenge" && len(n.Args) == 2:
		m.add(fixChallenge, n, n.Pos(), n.End(), "mutantOne(#, "+m.text(n.Args[1])+", ", ")")
	case fun == "Challenges" && len(n.Args) == 3:
		m.add(fixChallenge, n, n.Pos(), n.End(), "mutantOnes(#, "+m.text(n.Args[1])+", ", ")")
	case fun == "challenge" && len(n.Args) == 0 && m.knows("f", n.Pos()):
		m.add(fixChallenge, n, n.Pos(), n.End(), "mutantOne(#, f, ", ")")
	case fun == "Choose" && len(n.Args) == 2 && m.p.info.TypeOf(n).String() == "[]int":
		m.add(fixChallenge, n, n.Pos(), n.End(), "mutantFirst(#, ", ")")
	case (fun == "Sample" || fun == "SampleSubfield" || fun == "ReadFull") && len(n.Args) > 0 && isReader(m.p.info.TypeOf(n.Args[0])):
		a := n.Args[0]
		m.add(fixMask, n, a.Pos(), a.End(), "mutantReader(#, ", ")")
	}
}

func isReader(t types.Type) bool {
	o, _, _ := types.LookupFieldOrMethod(t, true, nil, "Read")
	return o != nil
}

// knows reports whether a name means something at a place.
func (m *mutator) knows(name string, at token.Pos) bool {
	scope := m.p.info.Scopes[m.file.syntax].Innermost(at)
	if scope == nil {
		return false
	}
	_, o := scope.LookupParent(name, at)
	return o != nil
}

// without is a function that makes what a summand or condition is replaced by; empty if the argument is none.
func (m *mutator) without(call *ast.CallExpr, arg ast.Expr) string {
	value, ok := m.p.info.Types[arg]
	if !ok || value.Value != nil {
		return ""
	}
	t := types.Unalias(value.Type)
	if selector, ok := call.Fun.(*ast.SelectorExpr); ok && isName(selector.X) {
		receiver := m.p.info.TypeOf(selector.X)
		for _, zero := range []string{"zero", "Zero"} {
			if f := m.method(receiver, zero); f != nil && f.Params().Len() == 0 && f.Results().Len() == 1 && types.Identical(f.Results().At(0).Type(), t) {
				return m.text(selector.X) + "." + zero
			}
		}
		if f := m.method(receiver, "Fixed"); f != nil && types.Identical(f.Results().At(0).Type(), t) {
			return fmt.Sprintf("mutantBound(%s.Fixed, %t)", m.text(selector.X), called(call) == "And")
		}
	}
	switch t := t.(type) {
	case *types.Named:
		switch t.Obj().Name() {
		case "Elem", "Term", "Expr":
			return "nil"
		}
	case *types.TypeParam:
		return "nil"
	}
	return ""
}

// isName reports whether an expression has no calls in it.
func isName(e ast.Expr) bool {
	switch x := e.(type) {
	case *ast.Ident:
		return true
	case *ast.SelectorExpr:
		return isName(x.X)
	}
	return false
}

func (m *mutator) method(t types.Type, name string) *types.Signature {
	if t == nil {
		return nil
	}
	o, _, _ := types.LookupFieldOrMethod(t, true, m.p.types, name)
	if f, ok := o.(*types.Func); ok {
		return f.Type().(*types.Signature)
	}
	return nil
}

// called is the name of the function or method of a call.
func called(n *ast.CallExpr) string {
	switch f := n.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

func nameOf(f *ast.FuncDecl) string {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return f.Name.Name
	}
	t := f.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
			continue
		case *ast.IndexExpr:
			t = x.X
			continue
		case *ast.Ident:
			return x.Name + "." + f.Name.Name
		}
		return f.Name.Name
	}
}
