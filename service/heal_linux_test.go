package service_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/zkpass-go/zkpass/service/jetstream"
)

// fill writes to a file until there is no space.
func fill(file *os.File) {
	for size := 1 << 20; size >= 1; size /= 2 {
		for err := error(nil); err == nil; {
			_, err = file.Write(make([]byte, size))
		}
	}
}

// fillUntilNotReady writes to a file until there is no space, and what the service then
// gives up to get on too, until that says that it has none.
func fillUntilNotReady(t *testing.T, filler *os.File, address string) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		fill(filler)
		if readiness(address) == http.StatusServiceUnavailable {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the service is ready without a byte of space")
		}
	}
}

// manage waits until a service is ready, and starts it again if it ends because its
// store does not close, as a manager of processes does.
func manage(t *testing.T, p *process, address string) *process {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); readiness(address) != http.StatusOK; time.Sleep(100 * time.Millisecond) {
		select {
		case <-p.gone:
			if wrote := p.wrote(); !strings.Contains(wrote, jetstream.ErrStuck.Error()) {
				t.Fatal("the service has ended")
			}
			t.Log("the store did not close; starting again")
			p = p.again(t)
		default:
		}
		if time.Now().After(deadline) {
			t.Fatal("the service does not become ready")
		}
	}
	return p
}

// TestLine30FullDisk fills the disk that the store is on while jobs are in the queue,
// and frees it: readiness tells, results can be deleted, and all goes on without a
// person. It needs leave to mount a file system in memory.
func TestLine30FullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a store to be opened again")
	}
	t.Parallel()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=96m"); err != nil {
		t.Skipf("no file system in memory can be mounted: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	p, c, address := alone(t, filepath.Join(dir, "data"), "ZKPASS_SPACE_FREE_MB=8")
	x := newExchange(t)
	body := c.body(t, x)
	done, deleted := c.accept(t, body), c.accept(t, body)
	c.await(t, x, []string{done, deleted}, 5*time.Minute)
	var jobs []string
	for range 6 {
		jobs = append(jobs, c.accept(t, body))
	}
	filler, err := os.Create(filepath.Join(dir, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	// To the last byte, once: results can be deleted with what the service has set
	// aside for that.
	fill(filler)
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		got, err := c.call(t.Context(), http.MethodDelete, deleted, "", nil)
		if err == nil && got.Status == http.StatusNoContent {
			break
		}
		if err != nil || got.Status != http.StatusServiceUnavailable || time.Now().After(deadline) {
			t.Fatalf("deleting on a full disk: %+v, %v", got, err)
		}
	}
	fillUntilNotReady(t, filler, address)
	if got, err := c.call(t.Context(), http.MethodPost, "/v1/proof?wait=0", "", body); err != nil || got.Status != http.StatusServiceUnavailable {
		t.Errorf("a job on a full disk: %+v, %v", got, err)
	}
	filler.Close()
	if err := os.Remove(filler.Name()); err != nil {
		t.Fatal(err)
	}
	p = manage(t, p, address)
	c.await(t, x, append(jobs, c.accept(t, body)), 5*time.Minute)
	if got, err := c.call(t.Context(), http.MethodDelete, done, "", nil); err != nil || got.Status != http.StatusNoContent {
		t.Errorf("deleting: %+v, %v", got, err)
	}
	p.stop(t)
}

// TestLine30FullDiskStops stops a service whose disk is full.
func TestLine30FullDiskStops(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a broken service to stop")
	}
	t.Parallel()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=64m"); err != nil {
		t.Skipf("no file system in memory can be mounted: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	p, c, address := alone(t, filepath.Join(dir, "data"), "ZKPASS_SPACE_FREE_MB=1", "ZKPASS_STOP_GRACE=5s")
	c.accept(t, c.body(t, newExchange(t)))
	filler, err := os.Create(filepath.Join(dir, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	defer filler.Close()
	fillUntilNotReady(t, filler, address)
	begin := time.Now()
	_ = p.cmd.Process.Signal(unix.SIGTERM)
	select {
	case <-p.gone:
	case <-time.After(5*time.Second + 25*time.Second):
		t.Fatal("it does not stop within its grace and 25 s")
	}
	t.Logf("stopped after %.1f s", time.Since(begin).Seconds())
}

// TestLine30Descriptors opens as many connections as a small limit on descriptors has
// and more, half of a request on each, while jobs run. The store has what it needs,
// and a client with a whole request is served.
func TestLine30Descriptors(t *testing.T) {
	if testing.Short() {
		t.Skip("holds connections for a while")
	}
	t.Parallel()
	p, c, address := alone(t, t.TempDir(), "ZKPASS_TEST_NOFILE=200")
	x := newExchange(t)
	body := c.body(t, x)
	var jobs []string
	attack, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		var open []net.Conn
		for attack.Err() == nil {
			conn, err := net.DialTimeout("tcp", address, time.Second)
			if err == nil {
				io.WriteString(conn, "GET /healthz HTTP/1.1\r\nX: ")
				open = append(open, conn)
			}
			if len(open) > 400 {
				open[0].Close()
				open = open[1:]
			}
			time.Sleep(2 * time.Millisecond)
		}
		for _, conn := range open {
			conn.Close()
		}
	}()
	for until := time.Now().Add(8 * time.Second); time.Now().Before(until); time.Sleep(200 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		// A new connection each time, as of a new client.
		http.DefaultClient.CloseIdleConnections()
		if got, err := c.call(ctx, http.MethodPost, "/v1/proof?wait=0", "", body); err == nil && got.Status == http.StatusAccepted {
			jobs = append(jobs, got.URL)
		}
		cancel()
	}
	stop()
	<-ended
	if len(jobs) < 5 {
		t.Errorf("%d jobs were accepted during the attack", len(jobs))
	}
	if got := readiness(address); got != http.StatusOK {
		t.Errorf("/readyz is %d after it", got)
	}
	c.await(t, x, append(jobs, c.accept(t, body)), 5*time.Minute)
	p.stop(t)
}
