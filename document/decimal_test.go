package document

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
)

func number(t testing.TB, text string) (*Document, *Node) {
	t.Helper()
	d := mustParse(t, `{"v":`+text+`}`)
	return d, d.Root.Members[0].Value
}

func TestDecimal(t *testing.T) {
	for text, want := range map[string]Decimal{
		"0": {0, 0}, "-0": {0, 0}, "-0.0": {0, 0}, "0.000000000000": {0, 0}, "1": {1, 0}, "1.0": {1, 0}, "-1": {-1, 0}, "-1.000": {-1, 0},
		"1.5": {1, 500000000}, "1.50": {1, 500000000}, "-1.5": {-2, 500000000}, "0.5": {0, 500000000}, "-0.5": {-1, 500000000},
		"0.000000001": {0, 1}, "-0.000000001": {-1, 999999999}, "0.0000000010": {0, 1}, "0.123456789": {0, 123456789},
		"1795870500.172277":   {1795870500, 172277000},
		"9223372036854775807": {1<<63 - 1, 0}, "9223372036854775807.999999999": {1<<63 - 1, 999999999}, "9223372036854775807.999999999000": {1<<63 - 1, 999999999},
		"-9223372036854775808": {-1 << 63, 0}, "-9223372036854775808.00000000000": {-1 << 63, 0}, "-9223372036854775807.000000001": {-1 << 63, 999999999},
		"-9223372036854775807.5": {-1 << 63, 500000000}, "-9223372036854775806.999999999": {-1<<63 + 1, 1},
		"1." + strings.Repeat("0", 30): {1, 0}, "-1." + strings.Repeat("0", 29): {-1, 0},
	} {
		d, n := number(t, text)
		if got, err := d.Decimal(n); err != nil || got != want {
			t.Errorf("%s: got %v, %v; want %v", text, got, err, want)
		}
	}
	for text, want := range map[string]error{
		"1e2": ErrExponent, "1E2": ErrExponent, "1.0e0": ErrExponent, "0e0": ErrExponent, "-1e+1": ErrExponent,
		"1." + strings.Repeat("0", 31): ErrLongNumber, "1" + strings.Repeat("0", 5000): ErrLongNumber, strings.Repeat("9", 33): ErrLongNumber,
		"0.0000000001": ErrPrecision, "1.0000000010000000001": ErrPrecision, "-0.1234567891": ErrPrecision,
		"9223372036854775808": ErrRange, "9223372036854775808.0": ErrRange, "-9223372036854775809": ErrRange, "-9223372036854775808.000000001": ErrRange,
		"-9223372036854775808.5": ErrRange, "18446744073709551616": ErrRange, strings.Repeat("9", 32): ErrRange, "-18446744073709551617": ErrRange,
		`"1"`: ErrNotNumber, "true": ErrNotNumber, "null": ErrNotNumber, "[1]": ErrNotNumber, "{}": ErrNotNumber,
	} {
		d, n := number(t, text)
		if got, err := d.Decimal(n); !errors.Is(err, want) || got != (Decimal{}) {
			t.Errorf("%.40s: got %v, %v; want %v", text, got, err, want)
		}
	}
}

// rational is the value of a number by math/big.
func rational(t testing.TB, text string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("%s is no number", text)
	}
	return r
}

func (d Decimal) rational() *big.Rat {
	r := new(big.Rat).SetFrac64(int64(d.Nano), nanos)
	return r.Add(r, new(big.Rat).SetInt64(d.Int))
}

// checkDecimal holds the value of a number against math/big, from its text.
func checkDecimal(t testing.TB, d *Document, n *Node) {
	t.Helper()
	text := string(d.Raw(n))
	got, err := d.Decimal(n)
	if strings.ContainsAny(text, "eE") || len(text) > MaxNumber {
		if err == nil {
			t.Fatalf("%.50s: %v, want an error", text, got)
		}
		return
	}
	want := rational(t, text)
	limit := new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), 63))
	fits := new(big.Rat).Mul(want, new(big.Rat).SetInt64(nanos)).IsInt() && want.Cmp(limit) < 0 && want.Cmp(new(big.Rat).Neg(limit)) >= 0
	if fits != (err == nil) {
		t.Fatalf("%s: %v, %v; has a value: %v", text, got, err, fits)
	}
	if fits && (got.rational().Cmp(want) != 0 || got.Nano >= nanos || got.Integer() != want.IsInt()) {
		t.Fatalf("%s: %v, want %s", text, got, want.FloatString(12))
	}
}

// randomNumber draws a number near the limits of what has a value.
func randomNumber(r *rand.Rand) string {
	text := []string{"", "-"}[r.IntN(2)]
	switch r.IntN(4) {
	case 0:
		text += fmt.Sprint(r.IntN(3))
	case 1:
		text += fmt.Sprint(r.Uint64())
	case 2:
		text += new(big.Int).Add(new(big.Int).SetUint64(1<<63), big.NewInt(int64(r.IntN(5)-2))).String()
	default:
		text += fmt.Sprint(r.Uint64() >> r.IntN(64))
	}
	if r.IntN(4) > 0 {
		text += "."
		for range 1 + r.IntN(12) {
			text += []string{"0", "0", "9", "1", "5"}[r.IntN(5)]
		}
		text += strings.Repeat("0", r.IntN(8))
	}
	return text
}

func TestDecimalRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var last Decimal
	for range 20_000 {
		text := randomNumber(r)
		d, n := number(t, text)
		checkDecimal(t, d, n)
		got, err := d.Decimal(n)
		if err != nil {
			continue
		}
		if c := got.Compare(last); c != got.rational().Cmp(last.rational()) || c != -last.Compare(got) {
			t.Fatalf("%v and %v compare as %d", got, last, c)
		}
		last = got
		written := string(got.Append(nil))
		again, n := number(t, written)
		if back, err := again.Decimal(n); err != nil || back != got || len(written) > len(text) && text != "-0" {
			t.Fatalf("%s is written as %s, which is %v, %v", text, written, back, err)
		}
	}
}
