package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
)

// kind is a way to break a program.
type kind string

const (
	dropCall     kind = "drop"   // a call that only has effects is not made
	dropRefusal  kind = "accept" // a condition under which something is refused never holds
	dropTerm     kind = "term"   // one of several summands or conditions is zero
	fixChallenge kind = "one"    // a challenge is drawn, and taken to be one
	fixMask      kind = "mask"   // a mask is drawn, and taken to be zero
)

// effects are methods and functions whose calls are dropped, as statements: rows,
// forms, assertions and messages of the transcript.
var effects = map[string]bool{
	"row": true, "implies": true, "zeroForm": true, "never": true, "needs": true,
	"Row": true, "Zero": true, "Bit": true,
	"WriteBytes": true, "WriteElem": true, "WriteElems": true, "WriteArray": true, "WriteZeros": true, "Write": true, "write": true, "absorb": true,
	"Assert": true, "AssertEqual": true, "AssertZero": true, "AssertBit": true,
}

// sums are calls whose arguments are dropped one at a time. Each is replaced by
// what a method of the same receiver makes.
var sums = map[string]string{"together": "zero()", "add": "zero()", "sum": "", "Sum": "", "Add": ""}

// The functions that changed calls go through: appended to a changed file.
const helpers = `

func mutantDrop(...any) {}

func mutantOne[E comparable](f interface{ One() E }, _ E) E { return f.One() }

func mutantZero[E any](_ E, err error) (z E, _ error) { return z, err }

func mutantFirst[E any](z E, _ ...any) E { return z }
`

// edit replaces a part of a file.
type edit struct {
	from, to token.Pos
	with     string
}

// mutate lists all changes of a file, in the order of its text.
func mutate(name string, source []byte) ([]mutant, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	offset := func(p token.Pos) int { return files.Position(p).Offset }
	text := func(n ast.Node) string { return string(source[offset(n.Pos()):offset(n.End())]) }
	var out []mutant
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		counts := map[kind]int{}
		add := func(k kind, n ast.Node, edits ...edit) {
			changed := text(n)
			sum := sha256.Sum256([]byte(changed))
			m := mutant{
				Name: fmt.Sprintf("%s %s %s %d %s", name, nameOf(f), k, counts[k], hex.EncodeToString(sum[:4])),
				Text: strings.Join(strings.Fields(changed), " "), file: name,
			}
			counts[k]++
			var b bytes.Buffer
			last := 0
			for _, e := range edits {
				b.Write(source[last:offset(e.from)])
				b.WriteString(e.with)
				last = offset(e.to)
			}
			b.Write(source[last:])
			b.WriteString(helpers)
			m.source = b.Bytes()
			out = append(out, m)
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ExprStmt:
				if call, ok := n.X.(*ast.CallExpr); ok && effects[called(call)] {
					add(dropCall, n, edit{call.Fun.Pos(), call.Fun.End(), "mutantDrop"})
				}
			case *ast.IfStmt:
				if refuses(n.Body) && text(n.Cond) != "err != nil" {
					add(dropRefusal, n.Cond, edit{n.Cond.Pos(), n.Cond.End(), "(" + text(n.Cond) + ") && false"})
				}
			case *ast.CallExpr:
				mutateCall(n, text, add)
			}
			return true
		})
	}
	return out, nil
}

func mutateCall(n *ast.CallExpr, text func(ast.Node) string, add func(kind, ast.Node, ...edit)) {
	fun := called(n)
	if zero, ok := sums[fun]; ok && len(n.Args) > 1 && !n.Ellipsis.IsValid() {
		selector, isMethod := n.Fun.(*ast.SelectorExpr)
		for i, a := range n.Args {
			switch {
			case zero != "" && isMethod:
				add(dropTerm, a, edit{a.Pos(), a.End(), "mutantFirst(" + text(selector.X) + "." + zero + ", " + text(a) + ")"})
			case i > 0 && fun != "Add": // of a variadic list the argument is left out
				add(dropTerm, a, edit{n.Args[i-1].End(), a.End(), ""})
			}
		}
	}
	if fun == "Challenge" && len(n.Args) == 2 {
		add(fixChallenge, n, edit{n.Pos(), n.End(), "mutantOne(" + text(n.Args[1]) + ", " + text(n) + ")"})
	}
	if fun == "Sample" {
		add(fixMask, n, edit{n.Pos(), n.End(), "mutantZero(" + text(n) + ")"})
	}
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

// refuses reports whether a block only returns an error, or false.
func refuses(b *ast.BlockStmt) bool {
	if len(b.List) != 1 {
		return false
	}
	r, ok := b.List[0].(*ast.ReturnStmt)
	if !ok || len(r.Results) == 0 {
		return false
	}
	switch last := r.Results[len(r.Results)-1].(type) {
	case *ast.CallExpr:
		return called(last) == "Errorf" || called(last) == "New"
	case *ast.Ident:
		return strings.HasPrefix(last.Name, "err") && last.Name != "err" || strings.HasPrefix(last.Name, "Err") || last.Name == "false"
	case *ast.SelectorExpr:
		return strings.HasPrefix(last.Sel.Name, "Err")
	}
	return false
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
