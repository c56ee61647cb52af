// Command plot draws what zkpass bench has measured: time, size of the proof and memory
// against the size of the payload, the members compared, and the elements of an array.
//
//	go run ./cmd/zkpass bench --out bench.json
//	go run -C tools ./plot -in bench.json -out docs/images
//
// It writes cost-payload.svg, cost-members.svg and cost-elements.svg, those that there are
// rows for. The same input gives the same bytes.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

func main() {
	in := flag.String("in", "bench.json", "what zkpass bench --out has written")
	out := flag.String("out", ".", "directory to write to")
	flag.Parse()
	if err := run(*in, *out); err != nil {
		fmt.Fprintln(os.Stderr, "plot: error:", err)
		os.Exit(1)
	}
}

// row is what bench writes of one measurement.
type row struct {
	Payload   int     `json:"payload_bytes"`
	Paths     int     `json:"paths"`
	Elements  int     `json:"elements"`
	Algorithm string  `json:"algorithm"`
	Prove     float64 `json:"prove_ms"`
	Verify    float64 `json:"verify_ms"`
	Proof     float64 `json:"proof_bytes"`
	Memory    float64 `json:"peak_rss_bytes"`
}

// series is the rows in which one quantity differs.
type series struct {
	name, label string
	x           func(row) float64
	in          func(r, base row) bool // r belongs to the series that base is in
}

var all = []series{
	{"cost-payload", "payload, KiB", func(r row) float64 { return float64(r.Payload) / 1024 },
		func(r, base row) bool { return r.Paths == base.Paths && r.Elements == 0 }},
	{"cost-members", "members compared", func(r row) float64 { return float64(r.Paths) },
		func(r, base row) bool { return r.Payload == base.Payload && r.Elements == 0 }},
	{"cost-elements", "elements of an array", func(r row) float64 { return float64(r.Elements) },
		func(r, _ row) bool { return r.Elements > 0 }},
}

func run(in, out string) error {
	text, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	var report struct{ Rows []row }
	if err := json.Unmarshal(text, &report); err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	drawn := 0
	for _, s := range all {
		rows := s.longest(report.Rows)
		if len(rows) < 2 {
			continue
		}
		if err := s.draw(rows, filepath.Join(out, s.name+".svg")); err != nil {
			return err
		}
		drawn++
	}
	if drawn == 0 {
		return fmt.Errorf("%s: no two rows that differ in one quantity alone", in)
	}
	return nil
}

// longest is the largest set of rows that belong together, in order.
func (s series) longest(rows []row) []row {
	var best []row
	for _, base := range rows {
		var found []row
		for _, r := range rows {
			if r.Algorithm == base.Algorithm && s.in(r, base) && s.in(base, base) {
				found = append(found, r)
			}
		}
		if len(found) > len(best) {
			best = found
		}
	}
	slices.SortStableFunc(best, func(a, b row) int {
		switch {
		case s.x(a) < s.x(b):
			return -1
		case s.x(a) > s.x(b):
			return 1
		}
		return 0
	})
	return slices.CompactFunc(best, func(a, b row) bool { return s.x(a) == s.x(b) })
}

// line is one quantity of a panel.
type line struct {
	name  string
	color color.RGBA
	y     func(row) float64
}

var (
	blue   = color.RGBA{0x09, 0x69, 0xda, 0xff}
	green  = color.RGBA{0x1a, 0x7f, 0x37, 0xff}
	purple = color.RGBA{0x82, 0x50, 0xdf, 0xff}
	orange = color.RGBA{0xbc, 0x4c, 0x00, 0xff}
	grey   = color.RGBA{0xd0, 0xd7, 0xde, 0xff}
)

var panels = []struct {
	label string
	lines []line
}{
	{"time, ms", []line{
		{"prove", blue, func(r row) float64 { return r.Prove }},
		{"verify", green, func(r row) float64 { return r.Verify }},
	}},
	{"proof, KB", []line{{"", purple, func(r row) float64 { return r.Proof / 1e3 }}}},
	{"peak of memory, MB", []line{{"", orange, func(r row) float64 { return r.Memory / 1e6 }}}},
}

// draw writes the three panels of a series beside each other.
func (s series) draw(rows []row, path string) error {
	const width, height, between = 9.6 * vg.Inch, 2.7 * vg.Inch, 14
	canvas := vgsvg.New(width, height)
	whole := draw.NewCanvas(canvas, width, height)
	whole.SetColor(color.White) // it is shown on dark pages too
	whole.Fill(whole.Rectangle.Path())
	step := width / vg.Length(len(panels))
	for i, panel := range panels {
		p := plot.New()
		p.X.Label.Text, p.Title.Text = s.label, panel.label
		p.X.Min, p.Y.Min = 0, 0
		p.Legend.Top, p.Legend.Left = true, true
		grid := plotter.NewGrid()
		grid.Vertical.Color, grid.Horizontal.Color = grey, grey
		p.Add(grid)
		for _, l := range panel.lines {
			points := make(plotter.XYs, len(rows))
			for k, r := range rows {
				points[k].X, points[k].Y = s.x(r), l.y(r)
			}
			drawn, dots, err := plotter.NewLinePoints(points)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", s.name, panel.label, err)
			}
			drawn.Color, drawn.Width = l.color, 1.6
			dots.Color, dots.Shape, dots.Radius = l.color, draw.CircleGlyph{}, 2.2
			p.Add(drawn, dots)
			if l.name != "" {
				p.Legend.Add(l.name, drawn, dots)
			}
		}
		p.X.Min, p.Y.Min = 0, 0
		left := step*vg.Length(i) + between/2
		p.Draw(draw.Canvas{Canvas: whole.Canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: left, Y: between / 2}, Max: vg.Point{X: left + step - between, Y: height - between/2},
		}})
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := canvas.WriteTo(file); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
