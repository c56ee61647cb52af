package main

import (
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress is a line on standard error that moves while something is under way.
// It is there only if somebody looks: if standard error is a terminal.
type progress struct {
	bar *progressbar.ProgressBar // nil if nobody looks
}

// startProgress shows what is under way. steps is how many steps there are, or
// -1 if nobody knows.
func startProgress(stderr io.Writer, what string, steps int) *progress {
	file, ok := stderr.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return &progress{}
	}
	return &progress{progressbar.NewOptions(steps,
		progressbar.OptionSetWriter(stderr),
		progressbar.OptionSetDescription(what),
		progressbar.OptionSetWidth(24),
		progressbar.OptionSetElapsedTime(true),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionClearOnFinish(),
	)}
}

// step tells that one more step is done.
func (p *progress) step() {
	if p.bar != nil {
		_ = p.bar.Add(1) // a line that cannot be drawn is no failure of the command
	}
}

// done takes the line away.
func (p *progress) done() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
