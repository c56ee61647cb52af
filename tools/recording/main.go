// Command recording runs the tour of README.md and draws what a terminal shows of it, as
// an SVG that plays by itself: commands as if they were typed, then what they print. Who
// asks for reduced motion, or has a program that knows no animation, sees the end of it.
//
//	go run -C tools ./recording -out ../docs/images/tour.svg
//
// Times in it are those of the machine it runs on.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// step is a remark, or a command.
type step struct{ remark, command string }

// tour is what is shown. Prepare has what it needs and is not shown.
var (
	prepare = `zkpass keygen --out bank.jwk && zkpass jwks bank.jwk > bank-jwks.json && zkpass keygen --out shop.jwk`
	tour    = []step{
		{remark: "The issuer signs what it knows about Jane. She keeps the token."},
		{command: "zkpass issue --key bank.jwk claims.json > token.jwt"},
		{remark: "A shop asks a question about it, and signs that."},
		{command: "zkpass dvr create --key shop.jwk --title 'Is this Jane Doe?' --query query.json --issuer bank-jwks.json > dvr.jwt"},
		{remark: "Jane's app answers. Nothing leaves it but the proof."},
		{command: "zkpass prove --dvr dvr.jwt -t token.jwt > proof.json"},
		{remark: "The shop checks the proof, and learns this:"},
		{command: "zkpass verify --dvr dvr.jwt --allow-local proof.json"},
	}
)

func main() {
	out := flag.String("out", "tour.svg", "file to write")
	flag.Parse()
	if err := run(context.Background(), "..", *out); err != nil {
		fmt.Fprintln(os.Stderr, "recording: error:", err)
		os.Exit(1)
	}
}

// run records the tour with the command of a checkout.
func run(ctx context.Context, checkout, out string) error {
	dir, err := os.MkdirTemp("", "recording")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	build := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(dir, "bin")+"/", "./cmd/zkpass")
	build.Dir = checkout
	if text, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building zkpass: %w: %s", err, text)
	}
	for _, name := range []string{"claims.json", "query.json"} {
		text, err := os.ReadFile(filepath.Join(checkout, "examples/shopsphere", name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		if err != nil {
			return err
		}
	}
	if _, err := shell(ctx, dir, prepare); err != nil {
		return err
	}
	var all []line
	for _, s := range tour {
		if s.remark != "" {
			all = append(all, line{kind: remark, text: "# " + s.remark})
			continue
		}
		printed, err := shell(ctx, dir, s.command)
		if err != nil {
			return err
		}
		all = append(all, command(s.command)...)
		for text := range strings.Lines(printed) {
			all = append(all, line{kind: output, text: strings.TrimSuffix(text, "\n")})
		}
		all = append(all, line{})
	}
	return os.WriteFile(out, draw(all[:len(all)-1]), 0o644)
}

// shell runs a command in a directory with the zkpass that was built, and returns what a
// terminal would show.
func shell(ctx context.Context, dir, text string) (string, error) {
	cmd := exec.CommandContext(ctx, "sh", "-c", text)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	printed, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", text, err, printed)
	}
	return string(printed), nil
}
