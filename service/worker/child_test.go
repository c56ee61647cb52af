package worker

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/job"
)

// The test's own binary is the prover, and what else a test needs in a process of its
// own.
const proverVariable = "ZKPASS_TEST_PROVER"

func TestMain(m *testing.M) {
	switch os.Getenv(proverVariable) {
	case "":
		os.Exit(m.Run())
	case "prove":
		if err := Prover(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case "die": // of each job
		fmt.Println(`{"sandbox":{}}`)
		for decoder := json.NewDecoder(os.Stdin); ; {
			var o order
			if decoder.Decode(&o) != nil || o.Job != nil {
				return
			}
			if o.Measure != nil {
				fmt.Println(`{"load":{}}`)
			}
		}
	case "hog": // takes more memory than any job may
		fmt.Println(`{"sandbox":{}}`)
		var held [][]byte
		for decoder := json.NewDecoder(os.Stdin); ; {
			var o order
			if decoder.Decode(&o) != nil {
				return
			}
			if o.Measure != nil {
				fmt.Println(`{"load":{}}`)
			}
			for o.Job != nil {
				held = append(held, make([]byte, 16<<20))
				clear(held[len(held)-1])
				if len(held) > 64 {
					fmt.Println(`{"problem":{"status":500,"code":"internal"}}`)
					break
				}
			}
		}
	case "try": // what a sandbox forbids
		shut := enterSandbox()
		fmt.Println("sandbox:", shut.Has, shut.Lacks)
		_, err := os.ReadFile("/etc/hostname")
		fmt.Println("file:", err)
		_, err = os.Create(os.Args[1] + "/new")
		fmt.Println("create:", err)
		_, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
		fmt.Println("socket:", err)
		fmt.Println("start:", exec.Command("/bin/true").Run())
	}
}

func proverAs(role string) func() *exec.Cmd {
	return func() *exec.Cmd {
		cmd := exec.Command(os.Args[0], "x")
		cmd.Env = append(os.Environ(), proverVariable+"="+role)
		cmd.Stderr = os.Stderr
		return cmd
	}
}

// good submits a job that can be proven.
func (b *bench) good(t *testing.T) job.ID {
	t.Helper()
	userData, err := zkpass.MarshalUserData(map[string]string{"": b.token(t, `{"age":30}`)})
	if err != nil {
		t.Fatal(err)
	}
	return b.submit(t, b.encrypt(t, userData), b.encrypt(t, b.dvr(t, agesQuery, zkpass.Claims{}, nil)))
}

// Proofs come from a process of its own, as do problems with all that they say; keys
// that a request names come by the worker.
func TestProverProcess(t *testing.T) {
	b := newBench(t)
	var log lockedBuffer
	set, err := zkpass.NewKeySet(b.issuer.Public())
	if err != nil {
		t.Fatal(err)
	}
	const url = "https://op.example/jwks"
	b.run(t, Config{Command: proverAs("prove"), Parallel: 1, Resolver: zkpass.KeySets{url: set}, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	for range 2 {
		if outcome := b.await(t, b.good(t)); outcome.Token == "" {
			t.Fatalf("got %+v\n%s", outcome.Problem, log.String())
		}
	}
	token := b.token(t, `{"age":30}`)
	userData, err := zkpass.MarshalUserData(map[string]string{"": token})
	if err != nil {
		t.Fatal(err)
	}
	named := b.dvr(t, agesQuery, zkpass.Claims{}, func(d *zkpass.DVR) {
		d.Requests = map[string]zkpass.UserDataRequest{"": {VerifyingKey: zkpass.KeyOption{KeysetEndpoint: &zkpass.KeysetEndpoint{JKU: url, KID: b.issuer.Public().ID()}}}}
	})
	if outcome := b.await(t, b.submit(t, b.encrypt(t, userData), b.encrypt(t, named))); outcome.Token == "" {
		t.Errorf("with a key that is named: %+v", outcome.Problem)
	}
	failing := b.dvr(t, `{">=":[{"dvar":"height"},18]}`, zkpass.Claims{}, nil)
	outcome := b.await(t, b.submit(t, b.encrypt(t, userData), b.encrypt(t, failing)))
	if p := outcome.Problem; p == nil || p.Code != zkpass.ProblemEvaluation || p.Path != "height" {
		t.Errorf("a query without a result: %+v", p)
	}
	if !strings.Contains(log.String(), "provers are processes of their own") {
		t.Error("the log tells nothing of the sandbox")
	}
}

// A prover that dies of a job costs it one attempt, two end it, and the worker goes on.
func TestProverDies(t *testing.T) {
	b := newBench(t)
	b.run(t, Config{Command: proverAs("die"), Parallel: 1})
	for range 2 {
		if p := b.await(t, b.good(t)).Problem; p == nil || p.Code != zkpass.ProblemNotProven {
			t.Errorf("got %+v", p)
		}
	}
}

// A prover that wants more memory than its job should need ends, and costs it an attempt:
// neither the worker nor what else runs is harmed.
func TestProverMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("memory is limited on Linux only")
	}
	b := newBench(t)
	b.run(t, Config{Command: proverAs("hog"), Parallel: 1})
	if p := b.await(t, b.good(t)).Problem; p == nil || p.Code != zkpass.ProblemNotProven {
		t.Errorf("got %+v", p)
	}
}

// One that is killed from outside while it has nothing to do costs no job anything.
func TestProverKilledWhileIdle(t *testing.T) {
	b := newBench(t)
	var last atomic.Pointer[exec.Cmd]
	command := func() *exec.Cmd {
		cmd := proverAs("prove")()
		last.Store(cmd)
		return cmd
	}
	b.run(t, Config{Command: command, Parallel: 1})
	if outcome := b.await(t, b.good(t)); outcome.Token == "" {
		t.Fatalf("got %+v", outcome.Problem)
	}
	last.Load().Process.Kill()
	time.Sleep(100 * time.Millisecond)
	if outcome := b.await(t, b.good(t)); outcome.Token == "" {
		t.Errorf("got %+v", outcome.Problem)
	}
}

// No prover can be started: the job waits.
func TestNoProver(t *testing.T) {
	b := newBench(t)
	stop := b.run(t, Config{Command: func() *exec.Cmd { return exec.Command("/nonexistent") }, Parallel: 1})
	id := b.good(t)
	time.Sleep(500 * time.Millisecond)
	stop()
	b.run(t, Config{})
	if outcome := b.await(t, id); outcome.Token == "" {
		t.Errorf("got %+v", outcome.Problem)
	}
}

// A process that has seen jobs of one owner is not given those of another, if it is so
// configured, and none does more jobs than it should.
func TestProversAreReplaced(t *testing.T) {
	p := &pool{command: proverAs("prove"), perKey: true, log: slog.New(slog.DiscardHandler)}
	defer p.close()
	pid := func(owner string) int {
		c, err := p.get(owner)
		if err != nil {
			t.Fatal(err)
		}
		defer p.put(c, owner)
		return c.cmd.Process.Pid
	}
	a := pid("alice")
	if again := pid("alice"); again != a {
		t.Error("alice got another process for her next job")
	}
	b := pid("bob")
	if b == a {
		t.Error("bob got the process of alice")
	}
	for range maxProofs - 1 {
		pid("bob")
	}
	if pid("bob") == b {
		t.Errorf("a process did more than %d jobs", maxProofs)
	}
}

// The sandbox holds, as far as this kernel has one, and says what it lacks.
func TestSandbox(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is a sandbox on Linux only")
	}
	cmd := exec.Command(os.Args[0], t.TempDir())
	cmd.Env = append(os.Environ(), proverVariable+"=try")
	text, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	t.Logf("%s", text)
	seccomp := bytes.Contains(text, []byte("few system calls"))
	if !seccomp {
		t.Skip("this kernel has no seccomp")
	}
	for _, what := range []string{"file", "create", "socket", "start"} {
		if !strings.Contains(string(text), what+": ") || strings.Contains(string(text), what+": <nil>") {
			t.Errorf("%s is allowed", what)
		}
	}
}

// A key host that does not answer holds no place: jobs of others are proven meanwhile.
func TestSlowKeyHostHoldsNoPlace(t *testing.T) {
	b := newBench(t)
	hanging := make(chan struct{})
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked.Add(1); <-hanging }))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(hanging) })
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	b.run(t, Config{Parallel: 1, Resolver: &zkpass.KeyFetcher{AllowedHosts: []string{u.Host}}})
	userData, err := zkpass.MarshalUserData(map[string]string{"": b.token(t, `{"age":30}`)})
	if err != nil {
		t.Fatal(err)
	}
	var slow []job.ID
	for i := range 10 {
		dvr := b.dvr(t, agesQuery, zkpass.Claims{}, func(d *zkpass.DVR) {
			endpoint := zkpass.KeyOption{KeysetEndpoint: &zkpass.KeysetEndpoint{JKU: fmt.Sprintf("%s/jwks?%d", server.URL, i), KID: "k"}}
			d.Requests = map[string]zkpass.UserDataRequest{"": {VerifyingKey: endpoint}}
		})
		slow = append(slow, b.submit(t, b.encrypt(t, userData), b.encrypt(t, dvr)))
	}
	for deadline := time.Now().Add(20 * time.Second); asked.Load() == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the host is not asked")
		}
	}
	id := b.good(t)
	if outcome := b.await(t, id); outcome.Token == "" {
		t.Fatalf("got %+v", outcome.Problem)
	}
	if status, err := b.queue.Status(t.Context(), "owner", slow[0]); err != nil || status.State.Ended() {
		t.Errorf("the job with a slow host: %+v, %v; want it to wait still", status, err)
	}
	// The host is asked some times, and then is known not to answer.
	for _, id := range slow {
		if p := b.await(t, id).Problem; p == nil || p.Code != zkpass.ProblemKeys {
			t.Errorf("got %+v", p)
		}
	}
	if n := asked.Load(); n > hostFetches {
		t.Errorf("the host was asked %d times, want %d at the most", n, hostFetches)
	}
}
