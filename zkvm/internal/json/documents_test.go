package json

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
	"unicode/utf8"
)

// seeds are valid documents that reach every mode and every class of bytes.
var seeds = []string{
	`{"iss":"https://issuer.example","sub":"ab\"c\\d\/\b\f\n\r\t","age":42,"ok":true,"no":false,"nil":null,"list":[1,-0,0.5,-12.25e+10,3E-7,6e5,[],{},[[{"a":[]}]]],"address":{"street":"Main \u00e9\uD83D\uDE00\ud7ff\uABCD","zip":"0123"}}`,
	`{}`,
	" \t\r\n{ } \n",
	`{"a":[]}`,
	`{ "a" : [ 1 , 2 , { } , [ ] , "x" , null ] , "b" : { "c" : 0 } }`,
	`{"n":[0,-0,1,-1,10,90,0.0,1.05,-3.14,0e0,0E0,1e5,1E+5,1e-5,2.5e10,-0.0e-0,123456789012345678901234567890]}`,
	`{"n":0}`, `{"n":-7 }`, `{"n":1.5}`, "{\"n\":1e9\n}", `{"n":0,"m":12,"o":1.2,"p":1e2}`, `{"n":[0,12,1.2,1e2]}`,
	`{"":"","\\":"\"","\u0061":"b"}`,
	`{"u":"\u0000\u001f\u007F\uFFFF\uD800\uDC00\uDBFF\uDFFF\udaBc\udCdE\ud799\uE000\ud0a0"}`,
	"{\"t\":\"\u007f\u0080\u07ff\u0800\u0fff\u1000\ucfff\ud7ff\ue000\uffff\U00010000\U0003ffff\U00040000\U000fffff\U00100000\U0010ffff\"}",
	`{"k\u00e9y":{"\ud83d\ude00":[true,false,null]}}`,
	`{"a":{"x":1},"b":{},"c":{"x":2},"d":[{"x":3},{"x":4}]}`,
	`{"d":[[[[[[[[[[[[[[["deep"]]]]]]]]]]]]]]]}`,
	`{"d":{"d":{"d":{"d":{"d":{"d":{"d":{"d":{"d":{"d":{"d":{"d":{"d":{"d":{"d":{}}}}}}}}}}}}}}}}`,
	`{"a":"{\"a\":[1,2]}","b":"\\\\\\"}`,
}

// strict decides independently of the package whether a document is acceptable:
// the standard library's JSON parser and the rules that go beyond it.
func strict(document []byte, depth int) bool {
	if !json.Valid(document) || !utf8.Valid(document) {
		return false
	}
	if trimmed := bytes.TrimLeft(document, " \t\r\n"); trimmed[0] != '{' {
		return false
	}
	nesting, quoted := 0, false
	for i := 0; i < len(document); i++ {
		switch c := document[i]; {
		case !quoted && (c == '{' || c == '['):
			if nesting++; nesting > depth {
				return false
			}
		case !quoted && (c == '}' || c == ']'):
			nesting--
		case c == '"':
			quoted = !quoted
		case c == '\\' && document[i+1] != 'u':
			i++
		case c == '\\':
			switch u := unit(document[i:]); {
			case u >= 0xd800 && u < 0xdc00:
				if low := unit(document[i+6:]); low < 0xdc00 || low > 0xdfff {
					return false
				}
				i += 11
			case u >= 0xdc00 && u < 0xe000:
				return false
			default:
				i += 5
			}
		}
	}
	return true
}

// unit is the code unit of the \u escape that the text begins with, or -1.
func unit(text []byte) int {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return -1
	}
	v, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	if err != nil {
		return -1
	}
	return int(v)
}

// fragments are inserted by mutate.
var fragments = strings.Split("{|}|[|]|,|:|\"|\\|\\u|\\uD83D|\\uDE00|\\ud8|-|+|.|0|1|e|E|true|false|null|nul| |\t|\n|\x00|\x1f|\xc0\x80|\xc2|\x80|\xbf|\xe0\x9f|\xe0\xa0|\xed\xa0\x80|\xef\xbb\xbf|\xf0\x8f|\xf0\x90|\xf4\x90|\xf5|\xff|\"a\":|{}|[]|[{|}]|,,|1,", "|")

// mutate changes a document at random; it often stays valid.
func mutate(r *rand.Rand, document []byte) []byte {
	d := bytes.Clone(document)
	for range 1 + r.IntN(3) {
		i := r.IntN(len(d) + 1)
		switch r.IntN(7) {
		case 0: // another byte
			if i < len(d) {
				d[i] = byte(r.IntN(256))
			}
		case 1: // another bit
			if i < len(d) {
				d[i] ^= 1 << r.IntN(8)
			}
		case 2: // one byte of the document at another place
			if i < len(d) {
				d[i] = d[r.IntN(len(d))]
			}
		case 3: // without a few bytes
			d = append(d[:i:i], d[min(len(d), i+1+r.IntN(3)):]...)
		case 4: // cut
			if r.IntN(4) == 0 {
				d = d[:i]
			}
		default:
			f := fragments[r.IntN(len(fragments))]
			d = append(d[:i:i], append([]byte(f), d[i:]...)...)
		}
	}
	return d
}
