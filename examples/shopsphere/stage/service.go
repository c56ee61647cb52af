package stage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// module is the one that the zkPass service is built from.
const module = "github.com/zkpass-go/zkpass"

// BuildService builds the command zkpass from the module as it is, with the
// versions of its own dependencies, and returns its path.
func BuildService(ctx context.Context, dir string) (string, error) {
	root, err := moduleRoot(ctx)
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "zkpass")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/zkpass")
	build.Dir = root
	if text, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building zkpass: %w\n%s", err, text)
	}
	return binary, nil
}

// Service is a zkPass service that runs as a process of its own.
type Service struct {
	// URL of its API.
	URL string
	// APIKey is a key for it, KEY:SECRET.
	APIKey string

	process *exec.Cmd
	ended   chan struct{}
	log     *os.File
}

// How long the service may take to start and to stop.
const (
	serviceStart = 20 * time.Second
	serviceStop  = 40 * time.Second
)

// startService starts zkpass serve with data in a directory. It may fetch key sets
// from the hosts given.
func startService(ctx context.Context, binary, dir, address string, keyHosts []string) (*Service, error) {
	data := filepath.Join(dir, "data")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	config, err := json.Marshal(map[string]any{"key_hosts": keyHosts}) // JSON is YAML
	if err != nil {
		return nil, err
	}
	configFile := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(configFile, config, 0o600); err != nil {
		return nil, err
	}
	s := &Service{URL: "http://" + address, ended: make(chan struct{})}
	if s.APIKey, err = createAPIKey(ctx, binary, data); err != nil {
		return nil, err
	}
	if s.log, err = os.Create(filepath.Join(dir, "log.txt")); err != nil {
		return nil, err
	}
	s.process = exec.Command(binary, "serve", "--listen", address, "--data-dir", data, "--config", configFile)
	s.process.Stderr = s.log
	if err := s.process.Start(); err != nil {
		s.log.Close()
		return nil, fmt.Errorf("starting zkpass serve: %w", err)
	}
	go func() {
		s.process.Wait()
		close(s.ended)
	}()
	if err := s.ready(ctx); err != nil {
		s.Stop()
		text, _ := os.ReadFile(s.log.Name())
		return nil, fmt.Errorf("starting zkpass serve: %w\n%s", err, text)
	}
	return s, nil
}

// createAPIKey makes an API key with the command.
func createAPIKey(ctx context.Context, binary, data string) (string, error) {
	create := exec.CommandContext(ctx, binary, "apikey", "create", "--data-dir", data, "--name", "the ShopSphere app")
	text, err := create.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, exit.Stderr)
		}
		return "", fmt.Errorf("making an API key: %w", err)
	}
	var made struct{ Key, Secret string }
	if err := json.Unmarshal(text, &made); err != nil {
		return "", fmt.Errorf("making an API key: %w", err)
	}
	return made.Key + ":" + made.Secret, nil
}

// ready waits until the service takes requests.
func (s *Service) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, serviceStart)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/readyz", nil)
		if err != nil {
			return err
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-s.ended:
			return errors.New("it ended by itself")
		case <-ctx.Done():
			return errors.New("it is not ready in time")
		}
	}
}

// Stop stops the service gracefully and waits for it. It may be called again.
func (s *Service) Stop() {
	s.process.Process.Signal(os.Interrupt)
	select {
	case <-s.ended:
	case <-time.After(serviceStop):
		s.process.Process.Kill()
		<-s.ended
	}
	s.log.Close()
}

// freeAddress returns an address on loopback that nobody listens on just now.
func freeAddress(port int) (string, error) {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return "", fmt.Errorf("listening: %w", err)
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}
