package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass"
)

// build is what version tells.
type build struct {
	Version  string   `json:"version"`
	Commit   string   `json:"commit,omitempty"`   // of the source, where the build knows it
	Modified bool     `json:"modified,omitempty"` // the source was changed after that commit
	Families []string `json:"families"`           // that are proven and verified
	Go       string   `json:"go"`
	Platform string   `json:"platform"`
}

func newVersion() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "print version, commit, families and Go",
		Long: `Prints the version, the commit it was built from, the families of circuits that it
proves and verifies (the member zkvm of a request names one), and the version of Go.`,
		Example: "  zkpass version\n  zkpass version --json",
		Args:    wantArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			b := ownBuild()
			if asJSON {
				text, err := json.Marshal(b)
				if err != nil {
					return err
				}
				return printLine(cmd, string(text))
			}
			commit := b.Commit
			switch {
			case commit == "":
				commit = "unknown"
			case b.Modified:
				commit += ", with changes"
			}
			return printLine(cmd, fmt.Sprintf("zkpass %s\ncommit    %s\nfamilies  %s\ngo        %s, %s",
				b.Version, commit, strings.Join(b.Families, ", "), b.Go, b.Platform))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func ownBuild() build {
	b := build{
		Version: zkpass.Version, Families: zkpass.Families(),
		Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			switch setting.Key {
			case "vcs.revision":
				b.Commit = setting.Value
			case "vcs.modified":
				b.Modified = setting.Value == "true"
			}
		}
	}
	return b
}
