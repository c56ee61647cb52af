package service_test

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/marks"
	"github.com/zkpass-go/zkpass/service"
)

// TestLine28Marks runs a service over marked values, to good ends and bad ones, and
// looks for the marks in everything it has written: logs with traces, metrics,
// problems, and every file of its data directory, decoded too.
func TestLine28Marks(t *testing.T) {
	values := map[string]string{
		"document value": "Quetzalcoatl-7f3a", "output": "Huitzilopochtli-91bc", "literal": "Tezcatlipoca-c20d",
		"filter text": "Xipe-Totec-55e1", "other value": "Tlaloc-Nuhualpilli-08aa", "text in a token": "Coyolxauhqui-aa17",
	}
	names := map[string]string{"title": "Chalchiuhtlicue-3d3d", "output name": "Mictlantecuhtli_f00d", "member": "Centzontotochtin_b0b0"}
	all := map[string]string{}
	for _, set := range []map[string]string{values, names} {
		for name, mark := range set {
			all[name] = mark
		}
	}
	claims := fmt.Appendf(nil, `{"secret":%q,"shown":%q,"_shown_zkpass_public_":true,"list":[{"kind":%q,"of":%q}],%q:7}`,
		values["document value"], values["output"], values["filter text"], values["other value"], names["member"])
	list := fmt.Sprintf(`list[?kind == '%s'].of`, values["filter text"])
	query := func(output string) string {
		return fmt.Sprintf(`[{"assign":{"a":{"==":[{"dvar":"secret"},%q]}}},{"assign":{"b":{"!=":[{"dvar":%q},%q]}}},{"output":{%q:%s}}]`,
			values["literal"], list, values["literal"], names["output name"], output)
	}

	dir, address, metrics := t.TempDir(), freeAddress(t), freeAddress(t)
	config := service.DefaultConfig()
	config.DataDir = dir
	key := newAPIKey(t, config)
	p := start(t, "serve", "serve", "ZKPASS_DATA_DIR="+dir, "ZKPASS_LISTEN="+address, "ZKPASS_METRICS_LISTEN="+metrics, "ZKPASS_LOG_LEVEL=debug")
	awaitReady(t, p, address)
	c := newCustomer(t, key, address)

	seeker := marks.NewSeeker(all)
	var problems bytes.Buffer // of what is told to the owner, who knows the query
	ask := func(name string, body []byte, status int, code zkpass.ProblemCode) {
		got, err := c.call(t.Context(), http.MethodPost, "/v1/proof?wait=60", "", body)
		if err != nil || got.Status != status || got.Code != string(code) {
			t.Errorf("%s: got %+v, %v; want %d %s", name, got, err, status, code)
			return
		}
		if status != http.StatusOK {
			problems.Write(got.text)
		}
	}
	good := newExchangeTitled(t, names["title"], claims, query(`{"dvar":"shown"}`))
	ask("a proof", c.body(t, good), 200, "")
	undisclosed := newExchangeTitled(t, names["title"], claims, query(`{"dvar":"secret"}`))
	ask("an undisclosed output", c.body(t, undisclosed), 422, zkpass.ProblemUndisclosed)
	failing := newExchangeTitled(t, names["title"], claims, query(fmt.Sprintf(`{"==":[{"dvar":%q},%q]}`, names["member"], values["literal"])))
	ask("an evaluation that fails", c.body(t, failing), 422, zkpass.ProblemEvaluation)
	forged := *good
	forged.userData = map[string]string{"": good.userData[""][:len(good.userData[""])-4] + "AAAA"}
	ask("a wrong signature", c.body(t, &forged), 422, zkpass.ProblemSignature)
	forged.userData = map[string]string{"": values["text in a token"]}
	ask("no token", c.body(t, &forged), 422, zkpass.ProblemTokens)
	forged.userData, forged.dvr = good.userData, values["text in a token"]
	ask("no request", c.body(t, &forged), 422, zkpass.ProblemTokens)
	if got, err := c.call(t.Context(), http.MethodPost, "/v1/proof?wait=0", "marked-idempotency", c.body(t, good)); err != nil || got.Status != 202 {
		t.Errorf("got %+v, %v", got, err)
	} else if gone, err := c.call(t.Context(), http.MethodDelete, got.URL, "", nil); err != nil || gone.Status != 204 {
		t.Errorf("cancelling: got %+v, %v", gone, err)
	}
	response, err := http.Get("http://" + metrics + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil || !bytes.Contains(text, []byte("zkpass_prove_seconds_count 1")) {
		t.Errorf("the metrics tell of no proof: %v", err)
	}
	seeker.Look("metrics", text)
	p.stop(t)
	log, err := os.ReadFile(p.log)
	if err != nil || !bytes.Contains(log, []byte("job ended")) || !bytes.Contains(log, []byte("span ")) {
		t.Errorf("the log tells of no job, or no traces: %v", err)
	}
	seeker.Look("log", log)
	files := 0
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		seeker.Look("file name", []byte(path))
		text, err := os.ReadFile(path)
		seeker.Look(path, text)
		return err
	})
	if err != nil || files < 10 {
		t.Errorf("looked at %d files: %v", files, err)
	}
	for name, where := range seeker.Found() {
		t.Errorf("%s stands in %s", name, where)
	}
	// Problems go to who has sent the query, and may name members of it.
	told := marks.NewSeeker(values)
	told.Look("problem", problems.Bytes())
	for name, where := range told.Found() {
		t.Errorf("%s stands in %s", name, where)
	}
	// All of that could have been found: here is a mark in what a client sent.
	planted := marks.NewSeeker(all)
	planted.Look("token", []byte(good.userData[""]))
	if len(planted.Found()) < 4 {
		t.Errorf("marks are not found in a token: %v", planted.Found())
	}
}
