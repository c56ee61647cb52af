package statement

import (
	"encoding/base64"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm"
)

const (
	es256 = "eyJhbGciOiJFUzI1NiJ9"
	rs256 = "eyJhbGciOiJSUzI1NiJ9"
)

func request(t *testing.T, formats map[string]zkpass.Format) *zkpass.DVR {
	t.Helper()
	key := zkpass.KeyOption{PublicKey: &zkpass.KeyValues{X: "1", Y: "2"}}
	dvr := &zkpass.DVR{ZKVM: zkpass.LibZK, ID: "1", QueryEngineVersion: "1", Requests: make(map[string]zkpass.UserDataRequest)}
	var options []query.Option
	var expressions []string
	for _, tag := range []string{"a", "b"} {
		format, ok := formats[tag]
		if !ok {
			continue
		}
		dvr.Requests[tag] = zkpass.UserDataRequest{VerifyingKey: key, Format: format}
		if format == zkpass.FormatJWT {
			options = append(options, query.WithFormat(tag, query.JWT))
		}
		expressions = append(expressions, `{"exists":"`+tag+`.x"}`)
	}
	dvr.Query = `{"and":[` + strings.Join(expressions, ",") + `]}`
	program, err := query.Compile([]byte(dvr.Query), dvr.Tags(), options...)
	if err != nil {
		t.Fatal(err)
	}
	dvr.QueryMethodVersion = zkvm.MethodVersion(program)
	return dvr
}

func TestCompile(t *testing.T) {
	dvr := request(t, map[string]zkpass.Format{"a": zkpass.FormatJWT, "b": zkpass.FormatZKPass})
	program, err := Compile(dvr)
	if err != nil {
		t.Fatal(err)
	}
	if len(program.Documents) != 2 || program.Documents[0] != (query.Source{Tag: "a", Format: query.JWT}) || program.Documents[1] != (query.Source{Tag: "b", Format: query.ZkPass}) {
		t.Errorf("documents %v", program.Documents)
	}
	for name, tt := range map[string]struct {
		change func(*zkpass.DVR)
		want   error
	}{
		"zkvm":           {func(d *zkpass.DVR) { d.ZKVM = "sp1" }, zkpass.ErrUnsupportedZKVM},
		"method version": {func(d *zkpass.DVR) { d.QueryMethodVersion += "0" }, ErrMethodVersion},
		"format": {func(d *zkpass.DVR) {
			d.Requests["b"] = zkpass.UserDataRequest{Format: zkpass.FormatJWT}
		}, ErrMethodVersion},
		"query": {func(d *zkpass.DVR) { d.Query = `{"exists":"c.x"}` }, query.ErrCompile},
	} {
		dvr := request(t, map[string]zkpass.Format{"a": zkpass.FormatJWT, "b": zkpass.FormatZKPass})
		tt.change(dvr)
		if _, err := Compile(dvr); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
}

func TestNew(t *testing.T) {
	dvr := request(t, map[string]zkpass.Format{"a": zkpass.FormatZKPass, "b": zkpass.FormatZKPass})
	program, err := Compile(dvr)
	if err != nil {
		t.Fatal(err)
	}
	keys := make(map[zkpass.Algorithm]*zkpass.PublicKey)
	for _, alg := range []zkpass.Algorithm{zkpass.ES256, zkpass.RS256, zkpass.PS256, zkpass.ECDHES} {
		key, err := zkpass.GenerateKey(alg, "")
		if err != nil {
			t.Fatal(err)
		}
		keys[alg] = key.Public()
	}
	class, err := zkvm.ParseClass("192/8")
	if err != nil {
		t.Fatal(err)
	}
	good := Document{Key: keys[zkpass.ES256], Header: es256, Class: class}
	output := []byte(`{"result":true}`)
	s, err := New(dvr, program, map[string]Document{"a": good, "b": good}, time.Unix(-5, 0), output)
	if err != nil {
		t.Fatal(err)
	}
	x, y, _ := keys[zkpass.ES256].Point()
	want := zkvm.Document{Tag: "b", Key: zkvm.Key{X: x, Y: y}, Header: es256, Class: class}
	if s.Time != -5 || string(s.Output) != string(output) || s.Digest == [32]byte{} || len(s.Documents) != 2 || !reflect.DeepEqual(s.Documents[1], want) {
		t.Errorf("statement %+v", s)
	}
	ps256 := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"PS256"}`))
	s, err = New(dvr, program, map[string]Document{"a": {keys[zkpass.PS256], ps256, class}, "b": {keys[zkpass.RS256], rs256, class}}, time.Unix(0, 0), output)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []zkvm.Key{
		{Algorithm: zkvm.PS256, Modulus: keys[zkpass.PS256].Modulus()}, {Algorithm: zkvm.RS256, Modulus: keys[zkpass.RS256].Modulus()},
	} {
		if !reflect.DeepEqual(s.Documents[i].Key, want) {
			t.Errorf("key of document %d: %+v", i, s.Documents[i].Key)
		}
	}
	for name, tt := range map[string]struct {
		documents map[string]Document
		want      error
	}{
		"one missing":          {map[string]Document{"a": good}, zkpass.ErrMalformed},
		"one too many":         {map[string]Document{"a": good, "b": good, "c": good}, zkpass.ErrMalformed},
		"other tag":            {map[string]Document{"a": good, "c": good}, zkpass.ErrMalformed},
		"header of RS256, PS":  {map[string]Document{"a": good, "b": {keys[zkpass.PS256], rs256, class}}, zkpass.ErrAlgorithm},
		"header of RS256":      {map[string]Document{"a": good, "b": {keys[zkpass.ES256], rs256, class}}, zkpass.ErrAlgorithm},
		"key of RS256":         {map[string]Document{"a": good, "b": {keys[zkpass.RS256], es256, class}}, zkpass.ErrAlgorithm},
		"key to encrypt":       {map[string]Document{"a": good, "b": {keys[zkpass.ECDHES], es256, class}}, zkpass.ErrAlgorithm},
		"header none":          {map[string]Document{"a": good, "b": {keys[zkpass.ES256], "eyJhbGciOiJub25lIn0", class}}, zkpass.ErrAlgorithm},
		"header with crit":     {map[string]Document{"a": good, "b": {keys[zkpass.ES256], "eyJhbGciOiJFUzI1NiIsImNyaXQiOltdfQ", class}}, zkpass.ErrMalformed},
		"header is no base64":  {map[string]Document{"a": good, "b": {keys[zkpass.ES256], es256 + "=", class}}, zkpass.ErrMalformed},
		"header has alg twice": {map[string]Document{"a": good, "b": {keys[zkpass.ES256], "eyJhbGciOiJFUzI1NiIsImFsZyI6IkVTMjU2In0", class}}, zkpass.ErrMalformed},
	} {
		if _, err := New(dvr, program, tt.documents, time.Unix(0, 0), output); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
}

func TestOpen(t *testing.T) {
	for text, want := range map[string]int{
		`{}`: 1, `{"a":1}`: 1, `{"a":[]}`: 2, `{"a":{"b":{}},"c":[1]}`: 3, `{"a":[1,[2,{"b":3}]]}`: 4,
	} {
		payload, err := document.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := open(payload.Root); got != want {
			t.Errorf("%s: %d containers, want %d", text, got, want)
		}
	}
}

func TestClassOf(t *testing.T) {
	program, err := query.Compile([]byte(`{"==":[{"dvar":"a.x"},""]}`), []string{"a"}, query.WithFormat("a", query.JWT))
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{10, 500, zkvm.MaxPayload} {
		for _, depth := range []int{1, 8, 9, document.MaxDepth} {
			text := strings.Repeat(`{"a":`, depth) + "1" + strings.Repeat("}", depth)
			text += strings.Repeat(" ", max(size-len(text), 0))
			payload, err := document.Parse([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			want, err := zkvm.ClassFor(len(text), depth)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := ClassOf(payload, program, "a"); err != nil || got != want {
				t.Errorf("%d bytes, %d containers: %v, %v, want %s", len(text), depth, got, err, want)
			}
		}
	}
}

func TestClassAllowsNames(t *testing.T) {
	for _, tt := range []struct {
		query, payload string
		want           bool
	}{
		{`{"exists":"a.x"}`, `{"x":1,"\u0079":2}`, true},
		{`{"exists":"a.x"}`, `{"x":{"\u0079":2}}`, false},
		{`{"exists":"a.x"}`, `{"x":"\u0079"}`, false},
		{`{"exists":"a.x.y"}`, `{"x":{"\u0079":2}}`, true},
		{`{"exists":"a.x.y"}`, `{"z":{"\u0079":2},"x":{"y":2}}`, false},
		{`{"exists":"a.x.y"}`, `{"x":1,"x":{"\u0079":2}}`, true},
		{`{"and":[false,{"exists":"a.x"}]}`, `{"\u0079":2}`, true},
		{`{"exists":"a.x[1]"}`, `{"x":[1,{"\u0079":2}]}`, false},
		{`{"exists":"a.x[1].y"}`, `{"x":[1,{"\u0079":2}]}`, true},
		{`{"exists":"a.x[0].y"}`, `{"x":[1,{"\u0079":2}]}`, false},
		{`{"==":[{"count":"a.x[]"},1]}`, `{"x":[{"\u0079":2}]}`, false},
		{`{"==":[{"count":"a.x[?f]"},1]}`, `{"x":[{},{"\u0079":2}]}`, true},
		{`{"==":[{"dvar":"a.x[].y"},1]}`, `{"x":[{"y":1,"\u0079":2}]}`, true},
		{`{"==":[{"dvar":"a.x[?f].y.z"},1]}`, `{"x":[{"f":false,"y":{"\u0079":2}}]}`, true},
		{`{"exists":"b.x"}`, `{"\u0079":2}`, false},
	} {
		program, err := query.Compile([]byte(tt.query), []string{"a", "b"}, query.WithFormat("a", query.JWT), query.WithFormat("b", query.JWT))
		if err != nil {
			t.Fatal(err)
		}
		payload, err := document.Parse([]byte(tt.payload))
		if err != nil {
			t.Fatal(err)
		}
		class, err := ClassOf(payload, program, "a")
		if err != nil || class.Names != tt.want || class.Escapes {
			t.Errorf("%s over %s: %v, %v", tt.query, tt.payload, class, err)
		}
	}
}

func TestClassAllowsEscapes(t *testing.T) {
	for _, tt := range []struct {
		query, payload string
		want           bool
	}{
		{`{"==":[{"dvar":"a.x"},""]}`, `{"x":"\n"}`, true},
		{`{"==":[{"dvar":"a.x"},""]}`, `{"x":"n","y":"\n","\n":1}`, false},
		{`{"==":[{"dvar":"a.x"},""]}`, `{"x":"n","x":"\n"}`, true},
		{`{"==":[{"dvar":"a.x.y"},""]}`, `{"x":{"y":"\n"}}`, true},
		{`{"==":[{"dvar":"a.x.y"},""]}`, `{"x":"\n"}`, false},
		{`{"exists":"a.x"}`, `{"x":"\n"}`, false},
		{`{"and":[false,{"contains":["",{"dvar":"a.x"}]}]}`, `{"x":"\n"}`, true},
		{`[{"if":{"condition":false,"then":[],"else":[{"output":{"r":{"dvar":"a.x"}}}]}}]`, `{"x":"\n"}`, true},
		{`{"==":[{"dvar":"a.x[1]"},""]}`, `{"x":["","\n"]}`, true},
		{`{"==":[{"dvar":"a.x[0]"},""]}`, `{"x":["","\n"]}`, false},
		{`{"==":[{"dvar":"a.x[].y"},""]}`, `{"x":[{"y":1,"z":"\n"},{"y":"\n"}]}`, true},
		{`{"==":[{"dvar":"a.x[].y"},""]}`, `{"x":[{"y":1,"z":"\n"}]}`, false},
		{`{"==":[{"count":"a.x[?z == 'b']"},1]}`, `{"x":[{"y":1,"z":"\n"}]}`, true},
		{`{"==":[{"count":"a.x[]"},1]}`, `{"x":["\n"]}`, false},
		{`{"==":[{"dvar":"b.x"},""]}`, `{"x":"\n"}`, false},
	} {
		program, err := query.Compile([]byte(tt.query), []string{"a", "b"}, query.WithFormat("a", query.JWT), query.WithFormat("b", query.JWT))
		if err != nil {
			t.Fatal(err)
		}
		payload, err := document.Parse([]byte(tt.payload))
		if err != nil {
			t.Fatal(err)
		}
		class, err := ClassOf(payload, program, "a")
		if err != nil || class.Escapes != tt.want {
			t.Errorf("%s over %s: %v, %v", tt.query, tt.payload, class, err)
		}
	}
}

// The names that a request may ask for are those of the zkVMs that there are.
func TestFamilies(t *testing.T) {
	var names []string
	for _, f := range zkvm.Families() {
		names = append(names, string(f))
	}
	if !slices.Equal(names, zkpass.Families()) {
		t.Errorf("zkVMs %v, a request may ask for %v", names, zkpass.Families())
	}
}
