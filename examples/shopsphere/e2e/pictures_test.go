package e2e

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/zkpass-go/zkpass/examples/shopsphere/stage"
)

// TestPictures makes the pictures of the README, in the directory that ZKPASS_PICTURES
// names.
func TestPictures(t *testing.T) {
	dir := os.Getenv("ZKPASS_PICTURES")
	if dir == "" {
		t.Skip("set ZKPASS_PICTURES to a directory to make the pictures of the README")
	}
	b := newTab(t)
	s := newStage(t, stage.Options{SDK: sdkFiles(t), Ports: [4]int{9400, 9401, 9402, 9403}})
	b.consent(s, stage.Ravi)
	b.says(learnsNo)
	b.picture(filepath.Join(dir, "demo-consent.png"))

	other := newTab(t)
	other.consent(s, stage.Jane)
	other.press(shareYes)
	other.at("10% off is yours")
	other.picture(filepath.Join(dir, "demo-answer.png"))
}

// picture keeps what a phone shows of the page.
func (b *tab) picture(file string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 360, Height: 700, DeviceScaleFactor: 2, Mobile: true})
		return err
	}))
	b.scheme("light")
	b.text(`document.activeElement?.blur(), document.getAnimations().forEach((a) => a.finish()), document.fonts.ready.then(() => "")`)
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		b.t.Fatal(err)
	}
	var small bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&small, fewColours(picture, 64)); err != nil {
		b.t.Fatal(err)
	}
	if small.Len() > 100_000 {
		b.t.Errorf("%s has %d bytes", file, small.Len())
	}
	if err := os.WriteFile(file, small.Bytes(), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// fewColours draws a picture with those of its colours that are most frequent.
func fewColours(picture image.Image, n int) image.Image {
	count := make(map[color.RGBA]int)
	bounds := picture.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			count[color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA)]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int { return count[b] - count[a] })
	palette := make(color.Palette, 0, n)
	for _, c := range colours[:min(n, len(colours))] {
		palette = append(palette, c)
	}
	drawn := image.NewPaletted(bounds, palette)
	draw.Draw(drawn, bounds, picture, bounds.Min, draw.Src)
	return drawn
}
