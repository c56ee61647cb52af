package json

import "testing"

// TestPart: what circuits elsewhere read of a mode's bits.
func TestPart(t *testing.T) {
	for m := range Mode(64) {
		if m > nullL && m < stringBit || m > low1 {
			continue // no mode
		}
		want := NoNumber
		if m>>3 == 1 {
			want = map[Mode]Part{0: Integer, 1: Integer, 2: Fraction, 3: Exponent, 4: Minus, 5: Point, 6: Exponent, 7: Exponent}[m&7]
		}
		if got := m.Part(); got != want {
			t.Errorf("mode %d: part %d, its bits say %d", m, got, want)
		}
	}
	text := `{"a":[-10.5e+3,"1",2]}`
	rows, err := Trace([]byte(text), len(text), 2)
	if err != nil {
		t.Fatal(err)
	}
	var got string
	for i := range text {
		got += string("_-i.fe"[rows[i+1].State.Mode.Part()])
	}
	if want := "______-ii.feee_____i__"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
