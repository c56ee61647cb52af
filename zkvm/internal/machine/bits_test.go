package machine

import "testing"

// TestBitElem: the two elements that are bits.
func TestBitElem(t *testing.T) {
	if BitElem(false) != (elem{}) || BitElem(true) != field.One() {
		t.Errorf("bits are %v and %v", BitElem(false), BitElem(true))
	}
}
