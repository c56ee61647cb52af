package service_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/natstest"
	"github.com/zkpass-go/zkpass/internal/statement"
	"github.com/zkpass-go/zkpass/service"
	"github.com/zkpass-go/zkpass/verify"
)

// nextTag is a build tag for tests alone. With it a build stands for a later release,
// that has a family of circuits more: nextFamily, a copy of libzk-v2 under another name
// and with other versions of methods.
const (
	nextTag    = "zkpassnext"
	nextFamily = "libzk-next"
)

// asked is a request of the next family and user data that answers it, as the next build
// makes them: this one cannot.
type asked struct {
	DVR      string            `json:"dvr"`
	UserData map[string]string `json:"user_data"`
}

// proven is what the next build checks.
type proven struct{ DVR, Proof, Keys string }

// playAsk makes a request of the next family.
func playAsk(out io.Writer) error {
	issuer, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		return err
	}
	verifier, err := zkpass.GenerateKey(zkpass.ES256, "")
	if err != nil {
		return err
	}
	token, err := zkpass.SignDataToJWSToken(issuer, []byte(`{"age":30}`))
	if err != nil {
		return err
	}
	dvr, err := verify.NewDVR("next", `{">=":[{"dvar":"age"},18]}`, map[string]zkpass.UserDataRequest{"": {VerifyingKey: issuer.Public().Option()}}, verifier.Public())
	if err != nil {
		return err
	}
	dvr.ZKVM = nextFamily
	if dvr.QueryMethodVersion, err = statement.MethodVersion(dvr); err != nil {
		return err
	}
	signed, err := zkpass.SignDVR(dvr, zkpass.Claims{}, verifier)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(asked{signed, map[string]string{"": token}})
}

// playCheck verifies a proof of the next family.
func playCheck(in io.Reader) error {
	var p proven
	if err := json.NewDecoder(in).Decode(&p); err != nil {
		return err
	}
	keys, err := zkpass.ParseKeySet([]byte(p.Keys))
	if err != nil {
		return err
	}
	outcome, err := verify.Verify(context.Background(), []byte(p.Proof), p.DVR, verify.Options{ServiceKeys: keys})
	if err != nil {
		return err
	}
	if string(outcome.Outputs) != `{"result":true}` {
		return errors.New("another output")
	}
	return nil
}

// nextBuild builds this test with the tag.
func nextBuild(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command to build with")
	}
	path := filepath.Join(t.TempDir(), "next.test")
	if output, err := exec.CommandContext(t.Context(), "go", "test", "-c", "-tags", nextTag, "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("building with the tag: %v\n%s", err, output)
	}
	return path
}

// TestLine30UpgradeBuilds has a service of two front ends and two workers of one build,
// and replaces them one by one, in a random order, by those of a later build with one
// family more, and back, under load of both families. Whatever is accepted, by whichever
// front end, ends with a proof.
func TestLine30UpgradeBuilds(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and replaces a service")
	}
	this, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	next := nextBuild(t)
	ask := exec.Command(next)
	ask.Env = append(os.Environ(), roleVariable+"=ask")
	text, err := ask.Output()
	var later asked
	if err != nil || json.Unmarshal(text, &later) != nil {
		t.Fatalf("the next build makes no request: %v", err)
	}
	config := service.DefaultConfig()
	config.NATS.URL = natstest.Listen(t)
	key := newAPIKey(t, config)
	shared := []string{"ZKPASS_NATS_URL=" + config.NATS.URL, "ZKPASS_JOBS_REDELIVERY=2s", "ZKPASS_JOBS_MAX_PER_KEY=10000"}
	keys := t.TempDir() + "/keys"
	addresses := []string{freeAddress(t), freeAddress(t)}
	parts := make([]*process, 4) // two workers, two front ends
	run := func(part int, build string) {
		name := fmt.Sprintf("part-%d-%s", part, filepath.Base(build))
		if part < 2 {
			parts[part] = startOf(t, build, "worker", name, append(shared, "ZKPASS_KEYS_DIR="+keys)...)
			return
		}
		parts[part] = startOf(t, build, "serve", name, append(shared, "ZKPASS_LISTEN="+addresses[part-2])...)
		awaitReady(t, parts[part], addresses[part-2])
	}
	for part := range parts {
		run(part, this)
	}
	x := newExchange(t)
	c := newCustomer(t, key, addresses...)
	// A version that this build does not know, so its name stands in the header by hand.
	sealed, err := zkpass.EncryptDVR(c.encryption, later.DVR)
	if err != nil {
		t.Fatal(err)
	}
	laterBody := c.bodyOf(t, &exchange{userData: later.UserData}, sealed)
	if got, err := c.call(t.Context(), http.MethodPost, "/v1/proof?wait=0", "", laterBody); err != nil || got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a family of the future, before any worker has it: %+v, %v", got, err)
	}
	load := newLoad(t, x, key, addresses...)
	var laterJobs []string
	try := func() {
		for range 2 { // at either front end
			got, err := c.call(t.Context(), http.MethodPost, "/v1/proof?wait=0", "", laterBody)
			switch {
			case err != nil:
			case got.Status == http.StatusAccepted:
				laterJobs = append(laterJobs, got.URL)
			case got.Status != http.StatusServiceUnavailable && got.Status != http.StatusUnprocessableEntity:
				t.Errorf("a request of the next family: %+v", got)
			}
		}
	}
	order := rand.Perm(len(parts))
	t.Logf("order %v", order)
	roll := func(build string) {
		for _, part := range order {
			if rand.IntN(2) == 0 {
				parts[part].stop(t)
			} else {
				parts[part].kill()
			}
			run(part, build)
			time.Sleep(500 * time.Millisecond)
			try()
		}
	}
	roll(next)
	for deadline := time.Now().Add(30 * time.Second); len(laterJobs) == 0; time.Sleep(100 * time.Millisecond) {
		if try(); time.Now().After(deadline) {
			t.Fatal("the next build accepts no request of its own family")
		}
	}
	roll(this) // back: jobs of the next family that are not done wait
	jobs := load.stop()
	run(0, next)
	t.Logf("%d jobs, %d of the next family; %d requests made again", len(jobs), len(laterJobs), load.cut)
	c.await(t, x, jobs, 5*time.Minute)
	set, err := keySetText(addresses[0])
	if err != nil {
		t.Fatal(err)
	}
	for i, url := range laterJobs {
		proof := c.awaitProof(t, url, 3*time.Minute)
		text, err := json.Marshal(proven{later.DVR, proof, set})
		if err != nil {
			t.Fatal(err)
		}
		check := exec.Command(next)
		check.Env, check.Stdin = append(os.Environ(), roleVariable+"=check"), bytes.NewReader(text)
		if output, err := check.CombinedOutput(); err != nil {
			t.Errorf("job %d of the next family: %v\n%s", i, err, output)
		}
	}
}

// keySetText is the JWKS of a service as it stands.
func keySetText(address string) (string, error) {
	response, err := http.Get("http://" + address + "/.well-known/jwks.json")
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return string(text), err
}
