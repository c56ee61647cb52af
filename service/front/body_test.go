package front

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/job"
)

func TestParseBody(t *testing.T) {
	want := job.Input{UserDataToken: "a.b", DVRToken: "c/d"}
	for _, text := range []string{
		`{"user_data_token":"a.b","dvr_token":"c/d"}`,
		`{"dvr_token":"c\/d","user_data_token":"\u0061.b"}`,
		" \t\r\n{ \"dvr_\\u0074oken\" : \"c/d\" , \"user_data_token\" : \"a.b\" } \n",
	} {
		if got, err := parseBody([]byte(text)); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for name, text := range map[string]string{
		"nothing":                    "",
		"white space":                " ",
		"null":                       "null",
		"a string":                   `"user_data_token"`,
		"a list":                     `["user_data_token","a","dvr_token","b"]`,
		"empty":                      `{}`,
		"one member":                 `{"dvr_token":"b"}`,
		"the other":                  `{"user_data_token":"a"}`,
		"one twice":                  `{"dvr_token":"b","dvr_token":"b"}`,
		"a third, the same":          `{"user_data_token":"a","dvr_token":"b","dvr_token":"b"}`,
		"the same, escaped":          `{"user_data_token":"a","dvr_token":"b","dvr_toke\u006e":"b"}`,
		"the first twice":            `{"user_data_token":"a","user_data_token":"a","dvr_token":"b"}`,
		"unknown at the start":       `{"x":1,"user_data_token":"a","dvr_token":"b"}`,
		"unknown at the end":         `{"user_data_token":"a","dvr_token":"b","x":1}`,
		"another case":               `{"User_Data_Token":"a","dvr_token":"b"}`,
		"a number":                   `{"user_data_token":1,"dvr_token":"b"}`,
		"null member":                `{"user_data_token":null,"dvr_token":"b"}`,
		"an object":                  `{"user_data_token":{"a":1},"dvr_token":"b"}`,
		"a list member":              `{"user_data_token":["a"],"dvr_token":"b"}`,
		"a second value":             `{"user_data_token":"a","dvr_token":"b"}{}`,
		"a bracket more":             `{"user_data_token":"a","dvr_token":"b"}}`,
		"a byte more":                `{"user_data_token":"a","dvr_token":"b"}x`,
		"a zero byte":                "{\"user_data_token\":\"a\",\"dvr_token\":\"b\"}\x00",
		"a comma too many":           `{"user_data_token":"a","dvr_token":"b",}`,
		"no comma":                   `{"user_data_token":"a" "dvr_token":"b"}`,
		"no end":                     `{"user_data_token":"a","dvr_token":"b"`,
		"a comment":                  `{"user_data_token":"a",/**/"dvr_token":"b"}`,
		"a byte order mark":          "\ufeff" + `{"user_data_token":"a","dvr_token":"b"}`,
		"not UTF-8":                  "{\"user_data_token\":\"\xff\",\"dvr_token\":\"b\"}",
		"a control character":        "{\"user_data_token\":\"\n\",\"dvr_token\":\"b\"}",
		"single quotes":              `{'user_data_token':'a','dvr_token':'b'}`,
		"UTF-16":                     "{\x00}\x00",
		"nested too deep to be read": strings.Repeat(`{"user_data_token":`, 20_000),
	} {
		got, err := parseBody([]byte(text))
		if err == nil || got != (job.Input{}) {
			t.Errorf("%s: accepted", name)
		}
	}
}

// No text of a body gets into the answer, whatever is wrong.
func TestBodyIsNotEchoed(t *testing.T) {
	s := newService(t, nil)
	const mark = "Sm1thJane"
	for _, text := range []string{
		`{"` + mark + `":1}`, mark, `{"user_data_token":"` + mark + `","dvr_token":"` + mark + `"}`,
		`{"user_data_token":"` + mark + `","dvr_token":"` + mark + `","` + mark + `":1}`, body("a.b.c.d."+mark, "x"),
	} {
		a := s.do(s.request("POST", "/v1/proof", text))
		a.wantProblem(400, zkpass.ProblemMalformed)
		if strings.Contains(string(a.body), mark) {
			t.Errorf("the answer has what was sent: %s", a.body)
		}
	}
	if strings.Contains(s.logs.String(), mark) {
		t.Error("the log has what was sent")
	}
}

// Whatever the bytes: no panic, and what is accepted is what encoding/json reads
// as these two members, in a text that another reader cannot understand otherwise.
func FuzzParseBody(f *testing.F) {
	for _, seed := range []string{
		`{"user_data_token":"a.b","dvr_token":"c"}`, `{"user_data_token":"\ud83d\ude00","dvr_token":"\\"}`, `{"dvr_token":"c"}`,
		`{"user_data_token":"a","dvr_token":"b","dvr_token":"b"}`, `{}`, `[]`, "\xff", `{"user_data_token":{"a":[1]},"dvr_token":""} `,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := parseBody(text)
		if err != nil {
			if got != (job.Input{}) {
				t.Fatal("an error and a result")
			}
			return
		}
		if !utf8.Valid(text) {
			t.Fatal("accepted what is not UTF-8")
		}
		var members map[string]string
		if err := json.Unmarshal(text, &members); err != nil {
			t.Fatalf("accepted what encoding/json does not: %v", err)
		}
		if len(members) != 2 || members["user_data_token"] != got.UserDataToken || members["dvr_token"] != got.DVRToken {
			t.Fatalf("got %+v of %v", got, members)
		}
		again, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		if same, err := parseBody(again); err != nil || same != got {
			t.Fatalf("%s gives %+v, %v", again, same, err)
		}
	})
}
