package main

import (
	"bytes"
	"fmt"
	"html"
	"strings"
	"unicode/utf8"
)

// kind is how a line is shown.
type kind string

const (
	output kind = "output"
	remark kind = "remark"
	typed  kind = "typed" // a command, letter by letter
)

// line is a line of the terminal.
type line struct {
	kind kind
	text string
}

const (
	columns = 92
	advance = 8.43 // width of a letter of 14 px, in px
	height  = 21
	margin  = 20
	bar     = 34 // of the window

	perLetter = 0.022 // seconds
	pause     = 0.9   // before a remark, and before what a command prints
)

// command breaks a command that is too long for a line where the shell would take it.
func command(text string) (lines []line) {
	prompt := "$ "
	for len(prompt+text) > columns {
		at := strings.LastIndex(text[:columns-4], " --")
		lines = append(lines, line{typed, prompt + text[:at] + " \\"})
		prompt, text = "    ", text[at+1:]
	}
	return append(lines, line{typed, prompt + text})
}

// draw makes the picture. All of it is seen without animations.
func draw(lines []line) []byte {
	var b bytes.Buffer
	width := 2*margin + columns*advance
	total := bar + 2*margin + len(lines)*height
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %d" role="img" aria-labelledby="title desc" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
  <title id="title">zkPass in a terminal</title>
  <desc id="desc">%s</desc>
  <style>
    text { white-space: pre; fill: #e6edf3 }
    .remark { fill: #8b949e }
    .typed { fill: #7ee787 }
    @media (prefers-reduced-motion: no-preference) {
      .output, .remark { animation: show 0.01s linear var(--at) backwards }
      .typed { animation: type var(--for) linear var(--at) backwards }
    }
    @keyframes show { from { opacity: 0 } }
    @keyframes type { from { clip-path: inset(0 100%% 0 0) } to { clip-path: inset(0 0 0 0) } }
  </style>
  <rect width="%.0f" height="%d" rx="10" fill="#0d1117"/>
  <g fill="#30363d"><circle cx="22" cy="20" r="6"/><circle cx="42" cy="20" r="6"/><circle cx="62" cy="20" r="6"/></g>
`, width, total, description(lines), width, total)
	at := 0.3
	for i, l := range lines {
		before := kind("")
		if i > 0 {
			before = lines[i-1].kind
		}
		if l.kind == remark || l.kind == output && before == typed {
			at += pause
		}
		if l.kind != "" {
			length := utf8.RuneCountInString(l.text)
			fmt.Fprintf(&b, `  <text class="%s" x="%d" y="%d" textLength="%.1f" style="--at:%.2fs;--for:%.2fs">%s</text>`+"\n",
				l.kind, margin, bar+margin+i*height, float64(length)*advance, at, float64(length)*perLetter, html.EscapeString(l.text))
			if l.kind == typed {
				at += float64(length) * perLetter
			}
		}
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// description is the text of the picture for who does not see it.
func description(lines []line) string {
	var all []string
	for _, l := range lines {
		if l.text != "" {
			all = append(all, l.text)
		}
	}
	return html.EscapeString(strings.Join(all, "\n"))
}
