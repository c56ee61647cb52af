// Package js_test builds the npm package, packs it, and runs its tests in Node against
// what a user would install. They need Node 20 and npm, and what npm ci installs in
// this directory; without them they are skipped, unless ZKPASS_NODE is "required".
package js_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// needNode skips a test that cannot be run here.
func needNode(t *testing.T) {
	t.Helper()
	skip := t.Skipf
	if os.Getenv("ZKPASS_NODE") == "required" {
		skip = t.Fatalf
	}
	if testing.Short() {
		t.Skip("builds WebAssembly and proves in it")
	}
	version, err := exec.Command("node", "--version").Output()
	if err != nil {
		skip("no Node to run WebAssembly in: %v", err)
	}
	if major := strings.TrimPrefix(strings.Split(string(version), ".")[0], "v"); len(major) < 2 || major < "20" {
		skip("Node is %s, want 20 or later", bytes.TrimSpace(version))
	}
	if _, err := os.Stat("node_modules/openid-client"); err != nil {
		skip("run npm ci in js first: %v", err)
	}
}

// installed is a directory of an application that has installed the package.
type installed struct {
	dir   string
	files []string // of the package
	err   error
}

var install = sync.OnceValue(func() (i installed) {
	if i.dir, i.err = os.MkdirTemp("", "zkpass-js"); i.err != nil {
		return i
	}
	for _, command := range [][]string{{"node", "build.mjs"}, {"npm", "pack", "--ignore-scripts", "--pack-destination", i.dir}} {
		if output, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			i.err = errors.New(strings.Join(command, " ") + ": " + err.Error() + "\n" + string(output))
			return i
		}
	}
	packed, err := filepath.Glob(filepath.Join(i.dir, "*.tgz"))
	if err != nil || len(packed) != 1 {
		i.err = errors.New("npm pack made no package")
		return i
	}
	if i.files, i.err = unpack(packed[0], filepath.Join(i.dir, "node_modules/@zkpass-go/sdk")); i.err != nil {
		return i
	}
	modules, err := filepath.Abs("node_modules")
	if err != nil {
		i.err = err
		return i
	}
	for _, name := range []string{"jose", "openid-client", "oidc-provider", "@types", "typescript", "undici-types"} {
		if i.err = os.Symlink(filepath.Join(modules, name), filepath.Join(i.dir, "node_modules", name)); i.err != nil {
			return i
		}
	}
	i.err = os.CopyFS(filepath.Join(i.dir, "test"), os.DirFS("test"))
	return i
})

func TestMain(m *testing.M) {
	code := m.Run()
	if made.dir != "" {
		os.RemoveAll(made.dir)
	}
	os.Exit(code)
}

var made installed

// application returns the directory of an application that has installed the package.
func application(t *testing.T) installed {
	t.Helper()
	needNode(t)
	made = install()
	if made.err != nil {
		t.Fatal(made.err)
	}
	return made
}

// unpack takes a package apart as npm does.
func unpack(packed, into string) (files []string, err error) {
	file, err := os.Open(packed)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	for reader := tar.NewReader(unzipped); ; {
		header, err := reader.Next()
		if err == io.EOF {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		name := strings.TrimPrefix(header.Name, "package/")
		files = append(files, name)
		path := filepath.Join(into, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		text, err := io.ReadAll(reader)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return nil, err
		}
	}
}

// node runs Node in the application.
func (i installed) node(t *testing.T, env []string, args ...string) string {
	t.Helper()
	cmd := exec.Command("node", args...)
	cmd.Dir = i.dir
	cmd.Env = append(os.Environ(), env...)
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("node %s: %v\n%s", strings.Join(args, " "), err, output)
	}
	return string(output)
}

// What is published is what is needed, and nothing of the machine that built it.
func TestPack(t *testing.T) {
	app := application(t)
	allowed := regexp.MustCompile(`^(package\.json|README\.md|LICENSE|dist/[a-z-]+(\.d\.ts|\.js)|dist/wasm_exec\.js|dist/zkpass-[0-9a-f]{16}\.wasm)$`)
	var code string
	for _, name := range app.files {
		if !allowed.MatchString(name) {
			t.Errorf("the package has %s", name)
		}
		if strings.HasSuffix(name, ".wasm") {
			code = name
		}
	}
	for _, want := range []string{"package.json", "README.md", "LICENSE", "dist/index.d.ts", "dist/node.js", "dist/browser.js", "dist/worker-node.js", "dist/worker-browser.js", "dist/wasm_exec.js", code} {
		if !slices.Contains(app.files, want) || want == "" {
			t.Errorf("the package lacks %q", want)
		}
	}
	text, err := os.ReadFile(filepath.Join(app.dir, "node_modules/@zkpass-go/sdk", code))
	if err != nil {
		t.Fatal(err)
	}
	here, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{here, runtime.GOROOT(), os.Getenv("HOME")} {
		if len(path) > 5 && bytes.Contains(text, []byte(path)) {
			t.Errorf("%s has the path %s: another machine builds another file", code, path)
		}
	}
	if bytes.Contains(text, []byte("net/http.")) {
		t.Errorf("%s links net/http", code)
	}
	size := app.node(t, nil, "-e", `
		const zlib = require("zlib"), c = zlib.constants, bytes = require("fs").readFileSync("node_modules/@zkpass-go/sdk/`+code+`");
		console.log(zlib.brotliCompressSync(bytes, { params: { [c.BROTLI_PARAM_QUALITY]: 11, [c.BROTLI_PARAM_LGWIN]: 24 } }).length)`)
	t.Logf("%s: %d bytes, %s with brotli", code, len(text), strings.TrimSpace(size))
	if size = strings.TrimSpace(size); len(size) > 7 || len(size) == 7 && size >= "2500000" {
		t.Errorf("%s has %s bytes with brotli, want less than 2.5 MB", code, size)
	}
}

// The types say what a program may do, and no more.
func TestTypes(t *testing.T) {
	app := application(t)
	app.node(t, nil, "node_modules/typescript/bin/tsc", "--noEmit", "-p", "test")
}
