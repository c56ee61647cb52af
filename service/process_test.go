package service_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk/trace"

	"github.com/zkpass-go/zkpass/service"
	"github.com/zkpass-go/zkpass/service/worker"
)

// The tests of this file run services as processes, since they kill them: the
// test's own binary, told by this variable what to be.
const roleVariable = "ZKPASS_TEST_ROLE"

func TestMain(m *testing.M) {
	role := os.Getenv(roleVariable)
	if role == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := play(ctx, role); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func play(ctx context.Context, role string) error {
	switch role {
	case "nats":
		return playNATS(ctx)
	case "prover":
		return worker.Prover(os.Stdin, os.Stdout)
	case "ask":
		return playAsk(os.Stdout)
	case "check":
		return playCheck(os.Stdin)
	}
	if files, err := strconv.Atoi(os.Getenv("ZKPASS_TEST_NOFILE")); err == nil {
		if err := limitFiles(uint64(files)); err != nil {
			return err
		}
	}
	if os.Getenv("ZKPASS_TEST_NO_YIELD") == "" {
		service.YieldToRequests()
	}
	c := service.DefaultConfig()
	if err := c.ReadEnvironment(os.Environ()); err != nil {
		return err
	}
	if os.Getenv("ZKPASS_TEST_IN_PROCESS") == "" {
		c.Prover = proverCommand
	}
	if list := os.Getenv("ZKPASS_TEST_FAMILIES"); list != "" {
		c.Families = strings.Split(list, ",")
	}
	otel.SetTracerProvider(trace.NewTracerProvider(trace.WithSyncer(spans{})))
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	switch role {
	case "serve":
		return service.Serve(ctx, c, logger)
	case "worker":
		return service.Work(ctx, c, logger)
	case "verifier":
		return service.Verify(ctx, c, logger)
	}
	return errors.New("no such role")
}

// proverCommand runs this binary as a prover.
func proverCommand() *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleVariable+"=prover")
	cmd.Stderr = os.Stderr
	return cmd
}

// spans writes traces to the log, as a collector would get them.
type spans struct{}

func (spans) ExportSpans(_ context.Context, spans []trace.ReadOnlySpan) error {
	for _, span := range spans {
		fmt.Fprintln(os.Stderr, "span", span.Name(), span.Status(), span.Attributes(), span.Events(), span.Links())
	}
	return nil
}

func (spans) Shutdown(context.Context) error { return nil }

// playNATS is one node of a cluster.
func playNATS(ctx context.Context) error {
	options, err := server.ProcessConfigFile(os.Getenv("NATS_CONFIG"))
	if err != nil {
		return err
	}
	options.NoSigs = true
	s, err := server.NewServer(options)
	if err != nil {
		return err
	}
	s.ConfigureLogger()
	s.Start()
	<-ctx.Done()
	s.Shutdown()
	s.WaitForShutdown()
	return nil
}

// process is one that a test has started.
type process struct {
	name, role string
	variables  []string
	cmd        *exec.Cmd
	log        string
	once       sync.Once
	gone       chan struct{}
}

// start runs a role with some variables. Its log is shown if the test fails.
func start(t *testing.T, role, name string, variables ...string) *process {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return startOf(t, executable, role, name, variables...)
}

// startOf is start with another build of this binary.
func startOf(t *testing.T, executable, role, name string, variables ...string) *process {
	t.Helper()
	p := &process{name: name, role: role, variables: variables, cmd: exec.Command(executable), gone: make(chan struct{})}
	p.log = filepath.Join(t.TempDir(), name+".log")
	log, err := os.Create(p.log)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	p.cmd.Env = append(append(os.Environ(), variables...), roleVariable+"="+role)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = p.cmd.Wait(); close(p.gone) }()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			text := p.wrote()
			t.Logf("%s wrote, at the end:\n%s", name, text[max(0, len(text)-4000):])
		}
	})
	return p
}

// again starts the same once more after it has ended, as its manager would.
func (p *process) again(t *testing.T) *process {
	t.Helper()
	<-p.gone
	return startOf(t, p.cmd.Path, p.role, p.name, p.variables...)
}

// wrote is what the process has written so far.
func (p *process) wrote() string {
	text, _ := os.ReadFile(p.log)
	return string(text)
}

// kill is SIGKILL: the process gets no chance to tidy up.
func (p *process) kill() {
	p.once.Do(func() { _ = p.cmd.Process.Kill() })
	<-p.gone
}

// stop asks the process to end and reports whether it did so in order.
func (p *process) stop(t *testing.T) {
	t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.gone:
		if code := p.cmd.ProcessState.ExitCode(); code != 0 {
			t.Errorf("%s ended with status %d", p.name, code)
		}
	case <-time.After(time.Minute):
		t.Errorf("%s does not stop", p.name)
	}
}

// freeAddress returns a loopback address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// awaitReady waits until a service says that it can accept jobs.
func awaitReady(t *testing.T, p *process, address string) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for time.Now().Before(deadline) {
		select {
		case <-p.gone:
			t.Fatalf("%s has ended", p.name)
		default:
		}
		response, err := http.Get("http://" + address + "/readyz")
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("%s is not ready", p.name)
}

// fixCluster writes the configurations of three nodes that form a cluster.
func fixCluster(t *testing.T) (configs, urls []string) {
	t.Helper()
	dir := t.TempDir()
	var routes string
	clusters := make([]string, 3)
	for i := range clusters {
		clusters[i] = freeAddress(t)
		routes += fmt.Sprintf("%q,", "nats://"+clusters[i])
	}
	for i := range clusters {
		address := freeAddress(t)
		text := fmt.Sprintf(`server_name: n%d
listen: %q
jetstream { store_dir: %q, sync_interval: always, max_mem: 64MB, max_file: 2GB }
cluster { name: test, listen: %q, routes: [%s] }
`, i+1, address, filepath.Join(dir, fmt.Sprint(i)), clusters[i], routes)
		path := filepath.Join(dir, fmt.Sprintf("n%d.conf", i+1))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		configs, urls = append(configs, path), append(urls, "nats://"+address)
	}
	return configs, urls
}
