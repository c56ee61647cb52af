package front

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/apikey"
	"github.com/zkpass-go/zkpass/service/job"
)

// TestLine26JWE sends JWE that must not get to a worker, and some whose faults only
// decryption may find: those are accepted like any other, so that no answer here
// tells what a worker would say.
func TestLine26JWE(t *testing.T) {
	s := newService(t, nil)
	good := s.keys.jwe(t, "x")
	parts := strings.Split(good, ".")
	header, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil {
		t.Fatal(err)
	}
	with := func(change func(map[string]any)) string {
		members := make(map[string]any)
		if err := json.Unmarshal(header, &members); err != nil {
			t.Fatal(err)
		}
		change(members)
		text, err := json.Marshal(members)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text) + "." + strings.Join(parts[1:], ".")
	}
	set := func(name string, value any) string { return with(func(m map[string]any) { m[name] = value }) }
	zero := strings.Repeat("A", 43)
	epk := func(members map[string]any) string { return set("epk", members) }

	refused := map[string]string{
		"zip": set("zip", "DEF"), "crit": set("crit", []string{"x"}), "jku": set("jku", "https://evil.example"), "jwk": set("jwk", map[string]any{}),
		"x5c": set("x5c", []string{}), "x5u": set("x5u", "https://evil.example"),
		"RSA": set("alg", "RSA-OAEP"), "dir": set("alg", "dir"), "none": set("alg", "none"), "ECDH-ES+A256KW": set("alg", "ECDH-ES+A256KW"),
		"A128GCM": set("enc", "A128GCM"), "A256CBC-HS512": set("enc", "A256CBC-HS512"),
		"no epk": with(func(m map[string]any) { delete(m, "epk") }), "no kid": with(func(m map[string]any) { delete(m, "kid") }),
		"kid a number": set("kid", 1), "header twice": base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ECDH-ES",`+string(header[1:]))) + "." + strings.Join(parts[1:], "."),
		"an encrypted key": parts[0] + ".AAAA." + strings.Join(parts[2:], "."), "a short IV": strings.Join([]string{parts[0], "", "AAAA", parts[3], parts[4]}, "."),
		"a short tag": strings.Join(append(parts[:4:4], "AAAA"), "."), "four parts": strings.Join(parts[:4], "."), "six parts": good + ".AAAA",
		"padding": good + "=", "a line end": good[:len(good)-1] + "\n" + good[len(good)-1:], "a JWS": someToken, "nothing": "", "JSON": "{}",
		"a long header": set("x", strings.Repeat("x", zkpass.MaxHeader)),
	}
	delivered := map[string]string{
		"no point": epk(map[string]any{"kty": "EC", "crv": "P-256", "x": zero, "y": zero}), "another curve": epk(map[string]any{"kty": "EC", "crv": "P-384", "x": zero, "y": zero}),
		"a short x":      epk(map[string]any{"kty": "EC", "crv": "P-256", "x": "AA", "y": zero}),
		"another tag":    strings.Join(append(parts[:4:4], strings.Repeat("A", 22)), "."),
		"no ciphertext":  strings.Join([]string{parts[0], "", parts[2], "", parts[4]}, "."),
		"another header": set("apu", "AAAA"),
	}
	for _, member := range []int{0, 1} {
		send := func(token string) *answer {
			tokens := [2]string{good, good}
			tokens[member] = token
			text, err := json.Marshal(job.Input{UserDataToken: tokens[0], DVRToken: tokens[1]})
			if err != nil {
				t.Fatal(err)
			}
			return s.do(s.request("POST", "/v1/proof?wait=0", string(text)))
		}
		for name, token := range refused {
			before := s.jobs.count()
			p := send(token).wantProblem(400, zkpass.ProblemMalformed)
			if s.jobs.count() != before {
				t.Errorf("%s: submitted", name)
			}
			if want := []string{"user_data_token: ", "dvr_token: "}[member]; !strings.HasPrefix(p.Detail, want) {
				t.Errorf("%s: %q does not say which token", name, p.Detail)
			}
		}
		if t.Failed() {
			return
		}
		// These would be as described but for what they hold.
		for name, token := range delivered {
			if name == "no ciphertext" || name == "another header" {
				continue
			}
			a := send(token).want(202)
			if a.member("state") != "queued" {
				t.Errorf("%s: %s", name, a.body)
			}
			s.clock.pass(time.Second)
		}
		for _, name := range []string{"no ciphertext", "another header"} {
			send(delivered[name]).want(202)
		}
		s.clock.pass(time.Minute)
	}
}

// TestLine29OtherClients has one client do what it can with another's jobs.
func TestLine29OtherClients(t *testing.T) {
	s := newService(t, nil)
	id := s.accept()
	s.jobs.finish(id, someToken)
	other, otherSecret := s.newKey(apikey.Options{Name: "other"})
	metrics, metricsSecret := s.newKey(apikey.Options{Scopes: []string{apikey.ScopeMetrics}})
	never := job.ID("AAAAAAAAAAAAAAAAAAAAAA")
	for _, who := range [][2]string{{other, otherSecret}, {metrics, metricsSecret}} {
		for _, method := range []string{"GET", "HEAD", "DELETE"} {
			var answers []string
			for _, target := range []job.ID{id, never, "x"} {
				for _, query := range []string{"", "?wait=60"} {
					if method == "DELETE" && query != "" {
						continue
					}
					r := s.request(method, statusPath+string(target)+query, "")
					r.SetBasicAuth(who[0], who[1])
					a := s.do(r).want(404)
					text := strings.ReplaceAll(string(a.body), a.header.Get("X-Request-Id"), "")
					a.header.Del("X-Request-Id")
					answers = append(answers, fmt.Sprint(a.header, text))
				}
			}
			for _, text := range answers {
				if text != answers[0] {
					t.Errorf("%s: a job of another is told from none:\n%s\n%s", method, text, answers[0])
				}
			}
		}
	}
	s.do(s.request("GET", statusPath+string(id), "")).want(200)

	// Forms of an id that another reader might take for it.
	for _, text := range []string{string(id) + "=", string(id) + "==", string(id)[:21], string(id) + "A", strings.ToLower(string(id)) + "%0a", "%0a" + string(id)} {
		s.do(s.request("GET", statusPath+text, "")).want(404)
	}
}

// TestLine30FullQueue: clients are told to come back, and nothing else breaks.
func TestLine30FullQueue(t *testing.T) {
	s := newService(t, nil)
	id := s.accept()
	s.jobs.submitErr = fmt.Errorf("submitting a job: %w", job.ErrFull)
	for range 3 {
		a := s.proof()
		a.wantProblem(503, zkpass.ProblemQueueFull)
		if a.header.Get("Retry-After") != "5" {
			t.Errorf("Retry-After is %q", a.header.Get("Retry-After"))
		}
	}
	s.do(s.request("GET", statusPath+string(id), "")).want(202)
	s.do(s.request("GET", "/readyz", "")).want(200)
	s.jobs.submitErr = nil
	s.proof().want(202)
}

// TestLine30TinyRequests sends 10,000 requests at once that are all refused, from
// many addresses and with as many keys. They leave nothing behind.
func TestLine30TinyRequests(t *testing.T) {
	s := newService(t, nil)
	const clients, each = 8, 1250
	counts := make(chan map[int]int)
	for client := range clients {
		go func() {
			count := make(map[int]int)
			for i := range each {
				r := s.request("POST", "/v1/proof", "{}")
				r.RemoteAddr = fmt.Sprintf("192.0.2.%d:%d", client, 1000+i)
				switch i % 3 {
				case 0:
					r.Header.Del("Authorization")
				case 1:
					r.SetBasicAuth(fmt.Sprintf("zkp_%016d", i), "x")
				}
				w := &countingWriter{header: make(http.Header)}
				s.h.ServeHTTP(w, r)
				count[w.status]++
			}
			counts <- count
		}()
	}
	total := make(map[int]int)
	for range clients {
		for status, n := range <-counts {
			total[status] += n
		}
	}
	if sum := total[400] + total[401] + total[429]; sum != clients*each || total[400] < 100 || total[401] < clients*each/3 || total[429] < clients*each/3 {
		t.Errorf("answers %v", total)
	}
	if s.jobs.count() != 0 || s.h.callers.reading != 0 || len(s.h.callers.all) != 1 || s.h.callers.all[s.key].running != 0 {
		t.Error("something is left behind")
	}
	s.h.wrong.mu.Lock()
	defer s.h.wrong.mu.Unlock()
	if n := len(s.h.wrong.all.current); n > clients {
		t.Errorf("%d addresses are remembered", n)
	}
}

// countingWriter keeps nothing but the status.
type countingWriter struct {
	header http.Header
	status int
}

func (w *countingWriter) Header() http.Header         { return w.header }
func (w *countingWriter) WriteHeader(status int)      { w.status = status }
func (w *countingWriter) Write(p []byte) (int, error) { return len(p), nil }
