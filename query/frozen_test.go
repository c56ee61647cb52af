package query

import (
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/internal/frozen"
)

// frozenFile has the SHA-256 of the canonical form of each case that compiles. Its lines
// never change: query_method_ver, and with it every request that was made, rests on
// these bytes. Cases without a line get one by
//
//	ZKPASS_FREEZE=add go test ./query -run TestFrozenCanonical
const frozenFile = "testdata/canonical.txt"

// TestFrozenCanonical holds the canonical forms of all cases to those that were frozen:
// numbers of operators, kinds and formats, the order of paths and locals, and all that
// the compiler resolves.
func TestFrozenCanonical(t *testing.T) {
	digests := map[string][]byte{}
	for _, c := range readCases(t, "testdata/cases.json") {
		if p, err := c.compile(); err == nil {
			digest := sha256.Sum256(p.Canonical())
			digests[c.Name] = digest[:]
		}
	}
	frozen.Hold(t, frozenFile, digests, "requests that were made have another query_method_ver now")
}

// One canonical form byte by byte, as docs/protocol.md has it: -1.5 is -2 and 500,000,000
// billionths.
func TestCanonicalBytes(t *testing.T) {
	expr := func(parts ...string) string { return strings.Join(parts, "") } // operation, operands, the rest
	const noLiteral = "\x00\x00\x00\x00\x00"
	const tail = "\x00\x00\x00\x00\x00\x00\x00\x00" // path, slot, list, quantifier, date, kind, fold, negate
	want := "zkpass query program 2\n" +
		"\x01\x00\x01" + // a document without tag, jwt
		"\x01\x00\x01\x01\x01a\x00\x00\x00\x00" + // a path of the first document: member a
		"\x00" + "\x01\x01r" + // no locals, output r
		"\x01\x02\x00" + // a statement: output of the first name
		expr("\x0a", "\x02"+
			expr("\x03", "\x00", noLiteral+tail)+
			expr("\x01", "\x00", "\x02\x00\x03\x80\xca\xb5\xee\x01\x00"+tail),
			noLiteral+tail) +
		"\x00\x00" // neither then nor else
	p := mustCompile(t, output(`{"==":[{"dvar":"a"},-1.5]}`), WithFormat("", JWT))
	if got := string(p.Canonical()); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
