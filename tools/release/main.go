// Command release makes what a version is published as: an archive for each platform, the
// container's file tree, checksums and a list of what is in it (SBOM, CycloneDX).
//
//	go run -C tools ./release -out dist
//	go run -C tools ./release -out dist -platforms linux/amd64
//
// The same commit gives the same bytes, wherever and by whomever it is built: paths, times,
// owners and modes of what it was built from are in none of it. A commit that is changed
// in the working tree is refused.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const platforms = "linux/amd64,linux/arm64,darwin/amd64,darwin/arm64,windows/amd64,windows/arm64"

func main() {
	out := flag.String("out", "dist", "directory to make")
	list := flag.String("platforms", platforms, "what to build for, with commas")
	root := flag.String("root", "..", "root of the repository")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := release(ctx, *root, *out, strings.Split(*list, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "release: error:", err)
		os.Exit(1)
	}
}

// source is the commit that is released.
type source struct {
	root    string
	version string
	time    time.Time // of the commit: that of every file
}

func release(ctx context.Context, root, out string, platforms []string) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	if out, err = filepath.Abs(out); err != nil {
		return err
	}
	s, err := readSource(ctx, root)
	if err != nil {
		return err
	}
	if err := os.Mkdir(out, 0o755); err != nil {
		return fmt.Errorf("-out: %w", err)
	}
	common, err := s.common(ctx)
	if err != nil {
		return err
	}
	for _, platform := range platforms {
		goos, goarch, ok := strings.Cut(platform, "/")
		if !ok {
			return fmt.Errorf("-platforms: want OS/ARCH, not %q", platform)
		}
		fmt.Fprintf(os.Stderr, "release: %s\n", platform)
		program, err := s.build(ctx, goos, goarch)
		if err != nil {
			return fmt.Errorf("%s: %w", platform, err)
		}
		name := fmt.Sprintf("zkpass_%s_%s_%s", s.version, goos, goarch)
		files := append(slices.Clone(common), entry{"zkpass", 0o755, program})
		suffix, pack := ".tar.gz", tarGz
		if goos == "windows" {
			files[len(files)-1].name, suffix, pack = "zkpass.exe", ".zip", zipped
		}
		text, err := pack(name, files, s.time)
		if err == nil {
			err = os.WriteFile(filepath.Join(out, name+suffix), text, 0o644)
		}
		if err == nil && goos == "linux" {
			text, err = container(program, s.time)
		}
		if err == nil && goos == "linux" {
			err = os.WriteFile(filepath.Join(out, fmt.Sprintf("zkpass_%s_container_%s.tar", s.version, goarch)), text, 0o644)
		}
		if err == nil {
			text, err = s.bill(ctx, goos, goarch)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(out, name+".cdx.json"), text, 0o644)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", platform, err)
		}
	}
	return checksums(out)
}

// readSource reads version and time of a commit, and refuses one that is not whole.
func readSource(ctx context.Context, root string) (s source, err error) {
	s.root = root
	changed, err := s.run(ctx, nil, "git", "status", "--porcelain")
	if err != nil {
		return s, err
	}
	if len(changed) > 0 {
		return s, errors.New("the working tree has changes: commit them, or release from a clean checkout")
	}
	seconds, err := s.run(ctx, nil, "git", "log", "-1", "--format=%ct")
	if err != nil {
		return s, err
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(seconds)), 10, 64)
	if err != nil {
		return s, err
	}
	s.time = time.Unix(n, 0).UTC()
	text, err := s.run(ctx, nil, "go", "run", "./cmd/zkpass", "version", "--json")
	if err != nil {
		return s, err
	}
	var told struct{ Version string }
	if err := json.Unmarshal(text, &told); err != nil {
		return s, err
	}
	s.version = told.Version
	return s, nil
}

// run runs a command in the repository and returns what it prints.
func (s source) run(ctx context.Context, environment []string, name string, args ...string) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.root, &stdout, &stderr
	cmd.Env = append(os.Environ(), environment...)
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}
	return stdout.Bytes(), nil
}

// build compiles the program for a platform.
func (s source) build(ctx context.Context, goos, goarch string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "zkpass-release-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "zkpass")
	// Levels of instruction sets and flags of whoever builds would be in the bytes.
	_, err = s.run(ctx, []string{"GOOS=" + goos, "GOARCH=" + goarch, "GOAMD64=v1", "GOARM64=v8.0", "CGO_ENABLED=0", "GOFLAGS=", "GOEXPERIMENT=", "GOWORK=off"},
		"go", "build", "-trimpath", "-buildvcs=true", "-ldflags=-s -w -buildid=", "-o", path, "./cmd/zkpass")
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// common are the files that every archive has: documents, completions and manual pages.
func (s source) common(ctx context.Context) ([]entry, error) {
	var files []entry
	for _, name := range []string{"LICENSE", "README.md", "CHANGELOG.md"} {
		text, err := os.ReadFile(filepath.Join(s.root, name))
		if err != nil {
			return nil, err
		}
		files = append(files, entry{name, 0o644, text})
	}
	for shell, name := range map[string]string{
		"bash": "completions/zkpass.bash", "zsh": "completions/_zkpass", "fish": "completions/zkpass.fish", "powershell": "completions/zkpass.ps1",
	} {
		text, err := s.run(ctx, nil, "go", "run", "./cmd/zkpass", "completion", shell)
		if err != nil {
			return nil, err
		}
		files = append(files, entry{name, 0o644, text})
	}
	dir, err := os.MkdirTemp("", "zkpass-man-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if _, err := s.run(ctx, []string{"SOURCE_DATE_EPOCH=" + strconv.FormatInt(s.time.Unix(), 10)}, "go", "run", "-tags", "man", "./cmd/zkpass", "man", dir); err != nil {
		return nil, err
	}
	pages, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, page := range pages {
		text, err := os.ReadFile(filepath.Join(dir, page.Name()))
		if err != nil {
			return nil, err
		}
		files = append(files, entry{"man/man1/" + page.Name(), 0o644, text})
	}
	return files, nil
}

// bill lists what is in a program.
func (s source) bill(ctx context.Context, goos, goarch string) ([]byte, error) {
	// The tool is one of this machine; what it looks at is built for another.
	path, err := s.run(ctx, []string{"GOFLAGS="}, "go", "tool", "-n", "-modfile=tools/go.mod", "cyclonedx-gomod")
	if err != nil {
		return nil, err
	}
	return s.run(ctx, []string{"GOOS=" + goos, "GOARCH=" + goarch, "CGO_ENABLED=0", "GOFLAGS="},
		strings.TrimSpace(string(path)), "app", "-json", "-noserial", "-notimestamp", "-main", "cmd/zkpass", s.root)
}

// checksums writes SHA256SUMS over all files of a directory, for sha256sum -c.
func checksums(dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var list bytes.Buffer
	for _, file := range files { // in the order of their names
		text, err := os.ReadFile(filepath.Join(dir, file.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&list, "%x  %s\n", sha256.Sum256(text), file.Name())
	}
	return os.WriteFile(filepath.Join(dir, "SHA256SUMS"), list.Bytes(), 0o644)
}
