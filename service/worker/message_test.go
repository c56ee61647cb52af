package worker

import (
	"bufio"
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
)

// proofOf is a proof as far as the form of one goes.
func proofOf(t *testing.T, zkproof []byte) *zkpass.Proof {
	issuer := newKey(t, zkpass.ES256)
	token, err := zkpass.SignDataToJWSToken(issuer, []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	header, _, _ := strings.Cut(token, ".")
	return &zkpass.Proof{
		ZKVM: "zkvm", DVRTitle: "title", DVRID: "id", DVRDigest: strings.Repeat("0", 64), Output: "{}", Time: time.Unix(1, 0).UTC(),
		Documents:             map[string]zkpass.ProofDocument{"": {Header: header, Class: "384/8"}},
		UserDataVerifyingKeys: map[string]zkpass.KeyOption{"": issuer.Public().Option()}, ZKProof: zkproof,
	}
}

// What a prover says is read as it was written, whatever bytes a proof has, and one after
// the other.
func TestResults(t *testing.T) {
	written := []result{
		{Step: "proving", Done: .5},
		{Proof: proofOf(t, []byte("\n{}\n")), Took: time.Second, Memory: 1},
		{Proof: proofOf(t, bytes.Repeat([]byte{255}, 100_000))},
		{Problem: &zkpass.Problem{Status: 400, Code: zkpass.ProblemQuery}},
	}
	var pipe bytes.Buffer
	for _, r := range written {
		if err := r.write(&pipe); err != nil {
			t.Fatal(err)
		}
	}
	from := bufio.NewReader(&pipe)
	for _, want := range written {
		got, err := readResult(from)
		if err != nil {
			t.Fatal(err)
		}
		if got.ZKProof = 0; !reflect.DeepEqual(*got, want) {
			t.Errorf("got %+v, want %+v", *got, want)
		}
	}
}

// A prover has read what strangers made: what it says may be anything.
func TestWrongResults(t *testing.T) {
	var good bytes.Buffer
	if err := (result{Proof: proofOf(t, []byte("proof"))}).write(&good); err != nil {
		t.Fatal(err)
	}
	said := good.String()
	for name, text := range map[string]string{
		"cut off":            said[:len(said)-1],
		"no line":            `{"step":"x"}`,
		"no JSON":            "{\n",
		"no length":          strings.Replace(said, `"zkproof":5`, `"zkproof":0`, 1),
		"a length below 0":   strings.Replace(said, `"zkproof":5`, `"zkproof":-1`, 1),
		"too long":           strings.Replace(said, `"zkproof":5`, fmt.Sprintf(`"zkproof":%d`, zkpass.MaxZKProof+1), 1) + strings.Repeat(".", zkpass.MaxZKProof),
		"bytes and no proof": `{"zkproof":1}` + "\n.",
		"less than nothing":  `{"zkproof":-1}` + "\n.",
	} {
		if r, err := readResult(bufio.NewReader(strings.NewReader(text))); err == nil {
			t.Errorf("%s: got %+v", name, r)
		}
	}
}
