package readme

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// tour is the directory that README's commands write to; the test gives them
// another one.
const tour = "/tmp/zkpass-tour"

// allTests is README's command that runs all tests. It cannot run inside of one.
const allTests = "go test -timeout 30m ./...\n"

// demo is README's command for the demonstration, which runs until it is stopped.
// The tests of its module run it.
const demo = "make demo\n"

// The commands of README, one block after the other, print what README says. A
// block starts in the directory in which the one before it ended.
func TestCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the command")
	}
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no sh to run the commands with")
	}
	dir, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	place := filepath.Join(t.TempDir(), "tour")
	at := filepath.Join(t.TempDir(), "pwd")
	ran := 0
	all := blocks(t, "README.md")
	for i, b := range all {
		if b.info != "sh" || b.text == allTests || b.text == demo {
			continue
		}
		script := strings.ReplaceAll(b.text, tour, place)
		cmd := exec.Command("sh", "-euc", script+"\npwd >'"+at+"'\n")
		cmd.Dir = dir
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); err != nil {
			t.Fatalf("README.md:%d: %v\n%s", b.line, err, stderr.Bytes())
		}
		if i+1 < len(all) && all[i+1].info == "text" && !matches(all[i+1].text, stdout.String()) {
			t.Errorf("README.md:%d: printed\n%s\nshown is\n%s", b.line, stdout.Bytes(), all[i+1].text)
		}
		next, err := os.ReadFile(at)
		if err != nil {
			t.Fatal(err)
		}
		dir = strings.TrimSpace(string(next))
		ran++
	}
	if ran < 5 {
		t.Errorf("%d blocks of commands were run, want all of the tour", ran)
	}
}

// The programs of README, in a module of their own that is made with the commands which
// README names, compile and print what README says.
func TestPrograms(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	checkout, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	all := blocks(t, "README.md")
	ran := 0
	for i, b := range all {
		if b.info != "go" {
			continue
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(b.text), 0o600); err != nil {
			t.Fatal(err)
		}
		var output []byte
		for _, command := range append([]string{"go mod init program.example"}, commandsOf(t, "README.md", "## In Go")...) {
			words := strings.Fields(strings.ReplaceAll(command, "CHECKOUT", checkout))
			cmd := exec.Command(words[0], words[1:]...)
			cmd.Dir = dir
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Run(); err != nil {
				t.Fatalf("README.md:%d: %s: %v\n%s", b.line, command, err, stderr.Bytes())
			}
			output = stdout.Bytes()
		}
		if i+1 == len(all) || all[i+1].info != "text" {
			t.Fatalf("README.md:%d: the program's output is not shown", b.line)
		}
		if !matches(all[i+1].text, string(output)) {
			t.Errorf("README.md:%d: printed\n%s\nshown is\n%s", b.line, output, all[i+1].text)
		}
		ran++
	}
	if ran == 0 {
		t.Error("README.md has no program")
	}
}

// commandsOf are the go commands in the text between a heading and the first block.
func commandsOf(t *testing.T, page, heading string) (commands []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, page))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n"+heading+"\n")
	section, _, _ = strings.Cut(section, "```")
	for _, match := range regexp.MustCompile("`(go [^`]*)`").FindAllStringSubmatch(section, -1) {
		commands = append(commands, match[1])
	}
	if len(commands) == 0 {
		t.Fatalf("%s: %s names no command", page, heading)
	}
	return commands
}

// The check that runs for every change calls the command that README names.
func TestAllTests(t *testing.T) {
	named := false
	for _, b := range blocks(t, "README.md") {
		named = named || b.info == "sh" && b.text == allTests
	}
	if !named {
		t.Errorf("README.md does not name %q", strings.TrimSpace(allTests))
	}
	run, err := os.ReadFile(filepath.Join(root, ".ci/run"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(run), "\n"+allTests) {
		t.Errorf(".ci/run does not call %q", strings.TrimSpace(allTests))
	}
}
