package golden

import (
	"fmt"
	"strings"

	"github.com/zkpass-go/zkpass/libzk"
)

// Case is what a golden statement is made of.
type Case struct {
	Name      string
	Profile   libzk.Profile
	Query     string
	Documents []Document
}

// Document is a document that is signed for a case.
type Document struct {
	Tag     string
	ZkPass  bool   // format zkpass, else jwt
	Key     string // a key's name: ES256, or RS256-2048 and so on
	Payload string
	Depth   int // of the class, at least
}

// Time is the evaluation time of all cases: 13 February 2026.
const Time = 1_771_000_000

// operators are the families of operators, from small documents to large: the n-th is about a
// document of the n-th size class.
var operators = []struct {
	name, query, payload string
	bytes                int
}{
	{"compare-numbers", test(`{"<":[{"dvar":"a"},{"dvar":"b"}]}`), `{"a":5,"b":7}`, 192},
	{"equal-strings", test(`{"==":[{"dvar":"s"},{"dvar":"t"}]}`), `{"s":"x","t":"x"}`, 288},
	{"and", jane, janeClaims, 384},
	{"in", test(`{"and":[{"in":[{"dvar":"s"},["x","z"]]},{"in":[{"dvar":"a"},[1,5]]}]}`), `{"s":"x","a":5}`, 480},
	{"contains-text", test(`{"and":[{"contains":[{"dvar":"s"},"live"]},{"!contains":["some text",{"dvar":"s"}]}]}`), `{"s":"jane@live.com"}`, 576},
	{"contains-member", test(`{"~contains":[{"dvar":"s"},{"dvar":"t"}]}`), `{"s":"Jane Doe","t":"jane"}`, 672},
	{"starts-ends", test(`{"and":[{"starts_with":[{"dvar":"s"},"J"]},{"ends_with":[{"dvar":"s"},{"dvar":"t"}]}]}`), `{"s":"Jane Doe","t":"Doe"}`, 768},
	{"age", test(`{">=":[{"get_age":[{"dvar":"day"},"YYYY-MM-DD"]},18]}`), `{"day":"2000-10-31"}`, 960},
	{"days", test(`{"<":[{"get_day_diff":[{"dvar":"day"},"YYYY-MM-DD"]},28]}`), `{"day":"2026-01-31"}`, 1152},
	{"time", test(`{"<":[{"now":[]},{"get_time":[{"dvar":"at"},"RFC3339"]}]}`), `{"at":"2026-03-01T12:30:00.25+01:00"}`, 1344},
	{"exists-is", test(`{"and":[{"exists":"o.e"},{"not":{"exists":"o.f"}},{"is":["o","object"]}]}`), `{"o":{"e":1,"f":null}}`, 1536},
	{"elements", test(`{"==":[{"dvar":"l[]"},2,"or"]}`), `{"l":[1,2,3]}`, 1920},
	{"filtered", test(`{"==":[{"count":"items[?kind == 'A']"},2]}`), `{"items":[{"kind":"A"},{"kind":"B"},{"kind":"A"}]}`, 2304},
	{"long-array", test(`{"==":[{"dvar":"k[]"},"e77","or"]}`), `{"k":[` + long(80) + `]}`, 2688},
	{"output-members", `[{"output":{"s":{"dvar":"s"}}},{"output":{"a":{"dvar":"a"}}},{"output":{"d":{"dvar":"d"}}}]`,
		`{"s":"x","_s_zkpass_public_":true,"a":-12,"_a_zkpass_public_":true,"d":false}`, 3072},
	{"output-array", `[{"output":{"l":{"dvar":"l[]"}}}]`, `{"l":["x","y"],"_l_zkpass_public_":true}`, 3840},
	{"branches", `[{"if":{"condition":{"dvar":"c"},"then":[{"assign":{"v":{"dvar":"s"}}}],"else":[{"assign":{"v":"none"}}]}},{"output":{"r":{"==":[{"lvar":"v"},"x"]}}}]`,
		`{"c":true,"s":"x"}`, 4608},
	{"decimals", test(`{"and":[{"==":[{"dvar":"p"},-12.5]},{"<=":[{"dvar":"p"},0.000000001]}]}`), `{"p":-12.50}`, 5376},
	{"escapes", test(`{"==":[{"dvar":"s"},"J\u00e9r\u00f4me"]}`), `{"s":"J\u00e9r\u00f4me"}`, 6144},
	{"names", test(`{"==":[{"dvar":"s"},1]}`), `{"\u0073":1,"t":2}`, 7680},
	{"escapes-names", test(`{"==":[{"dvar":"k[]"},"a/b","or"]}`), `{"\u006b":["a\/b","c"]}`, 9216},
	{"folds", test(`{"and":[{"~==":[{"dvar":"s"},"JANE"]},{"~!=":[{"dvar":"s"},{"dvar":"t"}]}]}`), `{"s":"Jane","t":"Doe"}`, 10_752},
	{"indexes", test(`{"==":[{"dvar":"l[2].v"},3]}`), `{"l":[1,[2],{"v":3}]}`, 12_288},
	{"or-not", test(`{"or":[{"not":{"dvar":"c"}},{"==":[{"dvar":"a"},6]},{"dvar":"d"}]}`), `{"c":true,"a":6,"d":false}`, 14_336},
	{"now", `[{"output":{"at":{"now":[]}}},{"output":{"r":{"dvar":"c"}}}]`, `{"c":true}`, 16_384},
}

const (
	janeClaims = `{"iss":"https://shopsphere.example","sub":"auth0|123456","aud":"client_id_58347","exp":1771086400,"iat":1771000000,` +
		`"name":"Jane Doe","firstName":"Jane","lastName":"Doe","birthdate":"2000-10-31","driverLicenseNumber":"DL00718256","email":"janedoe@live.com"}`
	jane = `[{"assign":{"result":{"and":[{"==":[{"dvar":"iss"},"https://shopsphere.example"]},{"==":[{"dvar":"firstName"},"Jane"]},` +
		`{"==":[{"dvar":"lastName"},"Doe"]},{"==":[{"dvar":"driverLicenseNumber"},"DL00718256"]}]}}},{"output":{"result":{"lvar":"result"}}}]`
)

func test(expression string) string { return `[{"output":{"r":` + expression + `}}]` }

func long(n int) string {
	var elements []string
	for i := range n {
		elements = append(elements, fmt.Sprintf(`"e%d"`, i))
	}
	return strings.Join(elements, ",")
}

// padded is an object with spaces before its end: a document of so many bytes.
func padded(payload string, size int) string {
	return payload[:len(payload)-1] + strings.Repeat(" ", size-len(payload)) + "}"
}

// Cases are all golden statements.
func Cases() (all []Case) {
	for i, o := range operators {
		d := Document{Key: "ES256", Payload: padded(o.payload, o.bytes)}
		if i%2 == 1 { // both depths
			d.Depth = 16
		}
		all = append(all, Case{fmt.Sprintf("%05d-%s", o.bytes, o.name), libzk.V2, o.query, []Document{d}})
	}
	all = append(all, Case{"long-array-of-numbers", libzk.V2, test(`{"<":[{"dvar":"l[]"},40]}`), []Document{{Key: "ES256", Payload: `{"l":[` + strings.Repeat("-1.5,", 38) + `39]}`}}})
	items := []Document{{Key: "ES256", Payload: `{"l":[{"n":1,"f":true},{"n":-2.50},{"n":40,"f":true}],"most":40.0}`}}
	all = append(all,
		Case{"elements-beside-literals", libzk.V2, test(`{"and":[{"<":[{"dvar":"l[].n"},41]},{"!=":[-2.5,{"dvar":"l[?f].n"}]},{">":[{"now":[]},{"dvar":"l[].n"}]},{">=":[{"dvar":"l[].n"},-2.5]}]}`), items},
		Case{"elements-beside-members", libzk.V2, test(`{"<=":[{"dvar":"l[?f].n"},{"dvar":"most"}]}`), items},
		Case{"elements-beside-literals-large", libzk.V2, test(`{"and":[{"<":[{"dvar":"l[].n"},41]},{">":[{"dvar":"l[].n"},-3]}]}`), []Document{{Key: "ES256", Payload: padded(items[0].Payload, 12_288)}}},
	)
	for _, key := range []string{"RS256-2048", "RS256-3072", "RS256-4096", "PS256-2048", "PS256-3072", "PS256-4096"} {
		all = append(all, Case{"key-" + key, libzk.V2, test(`{"==":[{"dvar":"s"},"x"]}`), []Document{{Key: key, Payload: `{"s":"x"}`}}})
	}
	two := test(`{"==":[{"dvar":"bank.name"},{"dvar":"tax.name"}]}`)
	bank := Document{Tag: "bank", ZkPass: true, Key: "ES256", Payload: `{"data":{"name":"Jane Doe"}}`}
	tax := Document{Tag: "tax", Key: "RS256-2048", Payload: padded(`{"name":"Jane Doe"}`, 200)}
	all = append(all, Case{"documents-two", libzk.V2, two, []Document{bank, tax}})
	four := Case{"documents-four", libzk.V2, test(`{"and":[{"==":[{"dvar":"a.v"},1]},{"==":[{"dvar":"b.v"},2]},{"==":[{"dvar":"c.v"},3]},{"==":[{"dvar":"d.v"},4]}]}`), nil}
	for i, tag := range []string{"a", "b", "c", "d"} {
		four.Documents = append(four.Documents, Document{Tag: tag, Key: "ES256", Payload: padded(fmt.Sprintf(`{"v":%d}`, i+1), 150+50*(i%2))})
	}
	return append(all, four,
		Case{"hash-ES256", libzk.V2Hash, jane, []Document{{Key: "ES256", Payload: janeClaims}}},
		Case{"hash-RS256", libzk.V2Hash, jane, []Document{{Key: "RS256-2048", Payload: janeClaims}}},
		Case{"hash-documents-two", libzk.V2Hash, two, []Document{bank, tax}},
	)
}
