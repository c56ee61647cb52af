package zkvm

import (
	"strings"
	"testing"

	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// TestSoundness holds the soundness of growing documents to what docs/soundness.md
// promises of any query, in both profiles: here of one that asks for as many
// members as it may.
func TestSoundness(t *testing.T) {
	text := boolean(`{"and":[` + numbered(query.MaxPaths, `{"==":[{"dvar":"member%[1]d"},%[1]d]}`) + `]}`)
	for _, c := range []struct {
		bytes int
		least float64
	}{{288, 108}, {1152, 108}, {4608, 107}, {MaxPayload, 107}} {
		for _, profile := range []libzk.Profile{libzk.V2, libzk.V2Hash} {
			least := c.least
			if profile == libzk.V2Hash {
				least--
			}
			if bits := boundsOf(t, text, []string{""}, Class{Bytes: c.bytes, Depth: 8}, profile, sampleKey); bits < least {
				t.Errorf("class %d/8, %s: %.2f bits, want %.0f", c.bytes, profile, bits, least)
			}
		}
	}
}

// boundsOf is the soundness of a query over documents of a class, in bits.
func boundsOf(t testing.TB, text string, tags []string, class Class, profile libzk.Profile, key Key) float64 {
	t.Helper()
	p, err := query.Compile([]byte(text), tags)
	if err != nil {
		t.Fatal(err)
	}
	st := &Statement{Profile: profile, Program: p, Output: sampleOutput(p), Time: testNow}
	for _, d := range p.Documents {
		st.Documents = append(st.Documents, Document{Tag: d.Tag, Key: key, Header: sampleHeader, Class: class})
	}
	bits, err := Soundness(st)
	if err != nil {
		t.Fatalf("class %s: %v", class, err)
	}
	t.Logf("class %s, %s, key %s: %.2f bits, %.60s", class, profile, key.Algorithm, bits, text)
	return bits
}

// TestSoundnessAtTheLimits: the largest class with as many questions as a query may have
// of each kind whose conditions err most, and the statements with the most committed
// bits. None is refused for its soundness, and none comes near the least that is accepted.
func TestSoundnessAtTheLimits(t *testing.T) {
	one := []string{""}
	longest := strings.Repeat("y", query.MaxLiteral-2)
	everything := Class{Bytes: MaxPayload, Depth: document.MaxDepth, Escapes: true, Names: true}
	rsa := SampleKey(PS256, 4096)
	for _, c := range []struct {
		questions string
		tags      []string
		key       Key
	}{
		{`{"in":[{"dvar":"h"},[` + numbered(1000, `"%d"`) + `]]}`, one, sampleKey},
		{numbered(query.MaxContains, `{"contains":[{"dvar":"h"},"`+longest+`%d"]}`), one, sampleKey},
		{numbered(8, `{"~contains":[{"dvar":"h"},{"dvar":"n%d"}]}`), one, sampleKey},
		{numbered(8, `{"contains":["`+longest+`%[1]d",{"dvar":"n%[1]d"}]}`), one, rsa},
		{numbered(query.MaxEachPaths, `{"~==":[{"dvar":"a%d[]"},"`+longest+`"]}`), one, sampleKey},
		{numbered(query.MaxEachPaths, `{"~==":[{"dvar":"a%d[?k == 'x'].n"},"x"]}`), one, rsa},
		{numbered(query.MaxPaths/4, `{"==":[{"dvar":"a.m%[1]d"},{"dvar":"b.m%[1]d"}]},{"==":[{"dvar":"c.m%[1]d"},{"dvar":"d.m%[1]d"}]}`), []string{"a", "b", "c", "d"}, sampleKey},
	} {
		class := everything
		if len(c.tags) > 1 { // with escapes it would have more bits than are accepted
			class = Class{Bytes: MaxPayload, Depth: 8}
		}
		for _, profile := range []libzk.Profile{libzk.V2, libzk.V2Hash} {
			if bits := boundsOf(t, boolean(`{"and":[`+c.questions+`]}`), c.tags, class, profile, c.key); bits < minBits+2 {
				t.Errorf("%.2f bits", bits)
			}
		}
	}
}

// TestRiskIsTheLargest: errors of different conditions do not add up, and the weights
// that join some count once.
func TestRiskIsTheLargest(t *testing.T) {
	var m machine.Machine
	for _, v := range []int{5, 300, 7} {
		m.Risk(v)
	}
	m.Together(0, 0, 0)
	m.Together(0, 0)
	if got := m.Largest(); got != 300+2+1 {
		t.Errorf("%d units", got)
	}
}
