package stage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// BuildSDK builds the npm package of js/ for pages, from its sources and with nothing but
// Go, and returns the files: sdk.js, worker-browser.js and the WebAssembly. make js makes
// the same package for npm. Go's cache makes the second time quick.
func BuildSDK(ctx context.Context, dir string) (fs.FS, error) {
	root, err := moduleRoot(ctx)
	if err != nil {
		return nil, err
	}
	wasm, err := buildWASM(ctx, root, dir)
	if err != nil {
		return nil, err
	}
	made, err := generated(ctx, root, wasm)
	if err != nil {
		return nil, err
	}
	result := api.Build(api.BuildOptions{
		EntryPointsAdvanced: []api.EntryPoint{
			{InputPath: filepath.Join(root, "js/src/browser.ts"), OutputPath: "sdk"},
			{InputPath: filepath.Join(root, "js/src/worker-browser.ts"), OutputPath: "worker-browser"},
		},
		Bundle: true, Format: api.FormatESModule, Target: api.ES2022, Outdir: dir, Write: true,
		Plugins: []api.Plugin{made},
	})
	var problems []error
	for _, m := range result.Errors {
		problems = append(problems, errors.New(m.Text))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("building the package for pages: %w", err)
	}
	return os.DirFS(dir), nil
}

// moduleRoot is where the sources of the module are.
func moduleRoot(ctx context.Context) (string, error) {
	text, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		return "", fmt.Errorf("finding module %s: %w", module, err)
	}
	return strings.TrimSpace(string(text)), nil
}

// buildWASM compiles zkPass for browsers and returns the name of the file, which has a
// hash of its content in it.
func buildWASM(ctx context.Context, root, dir string) (string, error) {
	file := filepath.Join(dir, "zkpass.wasm")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", file, "./js/wasm")
	build.Dir = root
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOFLAGS=", "GOWASM=")
	if text, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building zkPass for browsers: %w\n%s", err, text)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	hash := sha256.Sum256(content)
	name := "zkpass-" + hex.EncodeToString(hash[:8]) + ".wasm"
	return name, os.Rename(file, filepath.Join(dir, name))
}

// generated are the modules that js/build.mjs makes and that are no sources.
func generated(ctx context.Context, root, wasm string) (api.Plugin, error) {
	goroot, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return api.Plugin{}, fmt.Errorf("finding Go's own files: %w", err)
	}
	exec, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(goroot)), "lib/wasm/wasm_exec.js"))
	if err != nil {
		return api.Plugin{}, err
	}
	var kernels bytes.Buffer
	for _, name := range []string{"gf128", "stubs"} {
		code, err := os.ReadFile(filepath.Join(root, "js/kernels", name+".wasm"))
		if err != nil {
			return api.Plugin{}, err
		}
		fmt.Fprintf(&kernels, "export const %s = Uint8Array.from(atob(%q), (c) => c.charCodeAt(0));\n", name, base64.StdEncoding.EncodeToString(code))
	}
	modules := map[string]string{
		"./wasm.js":       fmt.Sprintf("export const wasm = new URL(%q, import.meta.url);\n", "./"+wasm),
		"./kernelcode.js": kernels.String(),
		"./wasm_exec.js":  string(exec),
	}
	return api.Plugin{Name: "generated", Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: `^\./(wasm|kernelcode|wasm_exec)\.js$`}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			return api.OnResolveResult{Path: args.Path, Namespace: "generated"}, nil
		})
		build.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: "generated"}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			text := modules[args.Path]
			return api.OnLoadResult{Contents: &text, Loader: api.LoaderJS}, nil
		})
	}}, nil
}
