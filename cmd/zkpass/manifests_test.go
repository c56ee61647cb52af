package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// What the manifests start is what this program takes: flags, and every member of the
// configuration. Their form is checked in tools/deploy.
func TestManifests(t *testing.T) {
	file, err := os.Open("../../deploy/kubernetes/zkpass.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	type manifest struct {
		Kind string
		Data map[string]string
		Spec struct {
			Template struct {
				Spec struct {
					Containers []struct{ Args []string }
				}
			}
		}
	}
	dir, started := t.TempDir(), 0
	for decoder := yaml.NewDecoder(file); ; {
		var m manifest
		if err := decoder.Decode(&m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		for name, text := range m.Data {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, container := range m.Spec.Template.Spec.Containers {
			args := append(container.Args, "--check")
			for i := range args {
				args[i] = strings.Replace(args[i], "/etc/zkpass", dir, 1)
			}
			var out, problems bytes.Buffer
			if status := run(context.Background(), args, &out, &problems); status != 0 || !strings.Contains(out.String(), "url: nats://nats:4222\n") {
				t.Errorf("zkpass %s: status %d, %s%s", strings.Join(args, " "), status, problems.String(), out.String())
			}
			started++
		}
	}
	if started != 2 {
		t.Errorf("%d containers, want a front end and a worker", started)
	}
}
