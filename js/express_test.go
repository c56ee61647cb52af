package js_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/zkpass-go/zkpass/internal/shoptest"
)

// The shop on Express runs as its directory says, beside the package.
func TestExpressShop(t *testing.T) {
	app := application(t)
	root := t.TempDir()
	dir := filepath.Join(root, "examples/express-shop")
	for _, name := range []string{"package.json", "package-lock.json", "shop.mjs"} {
		text := read(t, "../examples/express-shop", name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(filepath.Join(root, "js"), os.DirFS(filepath.Join(app.dir, "node_modules/@zkpass-go/sdk"))); err != nil {
		t.Fatal(err)
	}
	install := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
	install.Dir = dir
	if output, err := install.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, output)
	}
	shop := exec.Command("node", "shop.mjs")
	shop.Dir = dir
	shoptest.Visit(t, shop)
}
