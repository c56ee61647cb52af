package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// goPackage is a package as it is compiled for this platform, with its types.
type goPackage struct {
	path  string // import path
	dir   string // below the module's directory, with slashes
	name  string
	files []goFile
	info  *types.Info
	types *types.Package
	set   *token.FileSet
}

type goFile struct {
	name   string // below the module's directory, with slashes
	source []byte
	syntax *ast.File
}

// loadPackages parses and checks the packages in the given directories, in their order.
// What they import is read as the compiler left it.
func loadPackages(ctx context.Context, root string, dirs []string) ([]*goPackage, error) {
	args := []string{"list", "-export", "-deps", "-json=ImportPath,Export,Dir,Name,GoFiles"}
	for _, d := range dirs {
		args = append(args, "./"+d)
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Stderr = root, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("listing packages: %w", err)
	}
	type listed struct {
		ImportPath, Export, Dir, Name string
		GoFiles                       []string
	}
	exports := map[string]string{}
	in := map[string]listed{}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p listed
		if err := d.Decode(&p); err != nil {
			return nil, fmt.Errorf("listing packages: %w", err)
		}
		exports[p.ImportPath] = p.Export
		if rel, err := filepath.Rel(root, p.Dir); err == nil {
			in[filepath.ToSlash(rel)] = p
		}
	}
	set := token.NewFileSet()
	imports := importer.ForCompiler(set, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})
	var all []*goPackage
	for _, d := range dirs {
		l, ok := in[d]
		if !ok {
			return nil, fmt.Errorf("%s: no package", d)
		}
		p := &goPackage{path: l.ImportPath, dir: d, name: l.Name, set: set}
		var files []*ast.File
		for _, f := range l.GoFiles {
			source, err := os.ReadFile(filepath.Join(l.Dir, f))
			if err != nil {
				return nil, err
			}
			name := d + "/" + f
			if d == "." {
				name = f
			}
			syntax, err := parser.ParseFile(set, name, source, parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			files = append(files, syntax)
			p.files = append(p.files, goFile{name, source, syntax})
		}
		p.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}, Defs: map[*ast.Ident]types.Object{}, Scopes: map[ast.Node]*types.Scope{}}
		config := types.Config{Importer: imports}
		if p.types, err = config.Check(l.ImportPath, set, files, p.info); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}
