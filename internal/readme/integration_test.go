package readme

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every Go block of docs/integration.md is a declaration of examples/integration, word
// for word. The line that opens the block names it: file and declaration.
func TestIntegration(t *testing.T) {
	const page = "docs/integration.md"
	compared := 0
	for _, b := range blocks(t, page) {
		fields := strings.Fields(b.info)
		if len(fields) == 0 || fields[0] != "go" {
			continue
		}
		if len(fields) != 3 {
			t.Errorf("%s:%d: want go, a file and a declaration, not %q", page, b.line, b.info)
			continue
		}
		source, err := os.ReadFile(filepath.Join(root, "examples/integration", fields[1]))
		if err != nil {
			t.Errorf("%s:%d: %v", page, b.line, err)
			continue
		}
		want, err := declaration(source, fields[2])
		if err != nil {
			t.Errorf("%s:%d: %s: %v", page, b.line, fields[1], err)
			continue
		}
		if b.text != want {
			t.Errorf("%s:%d: differs from %s; that has\n%s", page, b.line, fields[1], want)
		}
		compared++
	}
	if compared < 10 {
		t.Errorf("%s: %d blocks were compared, want all parties", page, compared)
	}
}

// declaration returns the text of a function, a method as Type.Method, or a type in Go
// source, with its comment.
func declaration(source []byte, name string) (string, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "", source, parser.ParseComments)
	if err != nil {
		return "", err
	}
	for _, d := range file.Decls {
		found, comment := "", (*ast.CommentGroup)(nil)
		switch d := d.(type) {
		case *ast.FuncDecl:
			found, comment = d.Name.Name, d.Doc
			if d.Recv != nil {
				found = receiver(d.Recv.List[0].Type) + "." + found
			}
		case *ast.GenDecl:
			if spec, ok := d.Specs[0].(*ast.TypeSpec); ok {
				found, comment = spec.Name.Name, d.Doc
			}
		}
		if found == "" || found != name {
			continue
		}
		start := d.Pos()
		if comment != nil {
			start = comment.Pos()
		}
		return string(source[files.Position(start).Offset:files.Position(d.End()).Offset]) + "\n", nil
	}
	return "", fmt.Errorf("no declaration %s", name)
}

// receiver returns the name of a method's type.
func receiver(x ast.Expr) string {
	if star, ok := x.(*ast.StarExpr); ok {
		x = star.X
	}
	if id, ok := x.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

func TestDeclaration(t *testing.T) {
	const source = "package p\n\nimport \"fmt\"\n\n// T is a type.\ntype T struct{ a int } // behind it\n\n" +
		"// M prints.\nfunc (t *T) M() {\n\tfmt.Println(t.a) // a\n}\n\nfunc M() {}\n"
	for name, want := range map[string]string{
		"T":   "// T is a type.\ntype T struct{ a int }\n",
		"T.M": "// M prints.\nfunc (t *T) M() {\n\tfmt.Println(t.a) // a\n}\n",
		"M":   "func M() {}\n",
	} {
		if got, err := declaration([]byte(source), name); err != nil || got != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"", "a", "fmt", "T.N", ".M"} {
		if got, err := declaration([]byte(source), name); err == nil {
			t.Errorf("%q: %q", name, got)
		}
	}
	if _, err := declaration([]byte("no go"), "M"); err == nil {
		t.Error("what is no Go was read")
	}
}
