package zkvm

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/query"
)

// pathSpread is how far a proof may be from the estimate: the joint path of 128
// columns among some 5,000 leaves has 568 digests with a deviation of 12, 26 bytes
// each, and this is more than five deviations.
const pathSpread = 1700

// The estimate is near what a proof really takes.
func TestEstimateCost(t *testing.T) {
	now := time.Date(2025, 2, 17, 12, 0, 0, 0, time.UTC)
	const payload = `{"born":"1990-02-18","_born_zkpass_public_":true,"name":"Ann","_name_zkpass_public_":true,"n":1,"ok":false}`
	for _, text := range []string{
		`[{"output":{"r":{">=":[{"get_age":[{"dvar":"born"},"YYYY-MM-DD"]},18]}}}]`,
		`[{"output":{"a":{"dvar":"name"}}},{"output":{"b":{"get_age":[{"dvar":"born"},"YYYY-MM-DD"]}}},{"output":{"c":"x"}}]`,
		`[{"if":{"condition":{"dvar":"ok"},"then":[{"output":{"a":1}}],"else":[{"output":{"b":2}},{"output":{"a":{"now":[]}}}]}}]`,
	} {
		q := newDateQuery(t, text, payload, query.JWT, now)
		class := q.st.Documents[0].Class
		got, err := estimate(q.program, class, []Key{sampleKey}, q.st.Documents[0].Header)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		out := q.evaluated(t)
		proof, err := Prove(context.Background(), q.with(out), q.secrets)
		if err != nil {
			t.Fatal(err)
		}
		if off := got.Bytes - len(proof); off < -pathSpread || off > pathSpread {
			t.Errorf("%s: %d bytes estimated, a proof has %d", text, got.Bytes, len(proof))
		}
		if got.Class != class || got.Bits < minBits || len(got.Circuits) < 5 {
			t.Errorf("%s: %+v", text, got)
		}
		larger, err := EstimateCost(q.program, Class{Bytes: 2304, Depth: 8}, sampleKey)
		if err != nil || larger.Bytes <= got.Bytes {
			t.Errorf("%s: %d bytes for a larger class, %v", text, larger.Bytes, err)
		}
	}
}

func TestEstimateCostOfNoClass(t *testing.T) {
	p, err := query.Compile([]byte(`[{"output":{"r":true}}]`), []string{""})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := EstimateCost(p, Class{Bytes: 577, Depth: 8}, sampleKey); !errors.Is(err, ErrClass) {
		t.Errorf("class 577/8: %v", err)
	}
	for _, keys := range [][]Key{nil, {sampleKey, sampleKey}} {
		if _, err := EstimateCost(p, Class{Bytes: 576, Depth: 8}, keys...); err == nil {
			t.Errorf("%d keys for one document", len(keys))
		}
	}
}

// TestSampleOutput: every output is there, of either way through the query.
func TestSampleOutput(t *testing.T) {
	p := compileJWT(t, `[{"if":{"condition":{"dvar":"ok"},"then":[{"output":{"a":"x"}}],"else":[{"output":{"b":2}}]}},{"output":{"c":true}}]`)
	if got := string(sampleOutput(p)); got != `{"a":"","b":0,"c":true}` {
		t.Error(got)
	}
}
