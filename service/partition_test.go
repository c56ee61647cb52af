package service_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/service"
)

// link passes connections on to an address. While it is cut it passes nothing and says
// nothing of it, as a network that drops packets: connections stay.
type link struct {
	from string
	to   string

	mu   sync.Mutex
	open chan struct{} // closed while the link is whole
}

func newLink(t *testing.T, to string) *link {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &link{from: listener.Addr().String(), to: to, open: make(chan struct{})}
	close(l.open)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go l.pass(conn)
		}
	}()
	return l
}

func (l *link) pass(near net.Conn) {
	defer near.Close()
	<-l.whole()
	far, err := net.DialTimeout("tcp", l.to, 5*time.Second)
	if err != nil {
		return
	}
	defer far.Close()
	var both sync.WaitGroup
	both.Go(func() { l.copy(far, near) })
	both.Go(func() { l.copy(near, far) })
	both.Wait()
}

func (l *link) copy(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	for buf := make([]byte, 32<<10); ; {
		n, err := from.Read(buf)
		<-l.whole()
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (l *link) whole() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open
}

func (l *link) cut()  { l.mu.Lock(); l.open = make(chan struct{}); l.mu.Unlock() }
func (l *link) mend() { l.mu.Lock(); close(l.open); l.mu.Unlock() }

// linkedCluster is fixCluster with links between the nodes, and between nodes and
// clients. links[i] are those of node i.
func linkedCluster(t *testing.T) (configs, urls []string, between, clients [][]*link) {
	t.Helper()
	dir := t.TempDir()
	nodes, routes := make([]string, 3), make([]string, 3)
	between, clients = make([][]*link, 3), make([][]*link, 3)
	for i := range nodes {
		nodes[i], routes[i] = freeAddress(t), freeAddress(t)
		l := newLink(t, nodes[i])
		clients[i] = append(clients[i], l)
		urls = append(urls, "nats://"+l.from)
	}
	for i := range nodes {
		var list []string
		for j := range nodes {
			if j == i {
				continue
			}
			l := newLink(t, routes[j])
			between[i], between[j] = append(between[i], l), append(between[j], l)
			list = append(list, strconv.Quote("nats://"+l.from))
		}
		text := fmt.Sprintf(`server_name: n%d
listen: %q
ping_interval: "2s"
jetstream { store_dir: %q, sync_interval: always, max_mem: 64MB, max_file: 2GB }
cluster { name: test, listen: %q, no_advertise: true, routes: [%s] }
`, i+1, nodes[i], filepath.Join(dir, fmt.Sprint(i)), routes[i], strings.Join(list, ","))
		path := filepath.Join(dir, fmt.Sprintf("n%d.conf", i+1))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		configs = append(configs, path)
	}
	return configs, urls, between, clients
}

// TestLine30Partition cuts one node of a cluster off from the two others, under load, for
// ZKPASS_PARTITION seconds: first with those that are connected to it,
// then without, so that they are on the side that is too small. Nothing that was
// accepted is lost, and all goes on without a person, for who is on the other side
// during the partition already.
func TestLine30Partition(t *testing.T) {
	seconds, err := strconv.Atoi(os.Getenv("ZKPASS_PARTITION"))
	if err != nil {
		t.Skip("starts seven processes, which elect leaders within seconds: set ZKPASS_PARTITION=60 on a machine with nothing else to do")
	}
	lasting := time.Duration(seconds) * time.Second
	configs, urls, links, clients := linkedCluster(t)
	for i, path := range configs {
		start(t, "nats", "nats-"+strconv.Itoa(i), "NATS_CONFIG="+path)
	}
	config := service.DefaultConfig()
	config.NATS.URL, config.NATS.Replicas = strings.Join(urls, ","), 3
	awaitCluster(t, config)
	key := newAPIKey(t, config)
	keys := t.TempDir() + "/keys"
	// One front end and one worker know node 0 only, the others the other two nodes.
	addresses := []string{freeAddress(t), freeAddress(t)}
	var fronts []*process
	for i, address := range addresses {
		known := urls[:1]
		if i > 0 {
			known = urls[1:]
		}
		shared := []string{"ZKPASS_NATS_URL=" + strings.Join(known, ","), "ZKPASS_NATS_REPLICAS=3", "ZKPASS_JOBS_REDELIVERY=4s", "ZKPASS_JOBS_MAX_PER_KEY=10000"}
		start(t, "worker", "worker-"+strconv.Itoa(i), append(shared, "ZKPASS_KEYS_DIR="+keys)...)
		fronts = append(fronts, start(t, "serve", "front-"+strconv.Itoa(i), append(shared, "ZKPASS_LISTEN="+address)...))
		awaitReady(t, fronts[i], address)
	}
	x := newExchange(t)
	load := newLoad(t, x, key, addresses...)
	partition := func(name string, cut []*link) {
		time.Sleep(2 * time.Second)
		for _, l := range cut {
			l.cut()
		}
		t.Logf("%s: node 0 is cut off for %s", name, lasting)
		begin, served := time.Now(), [2]time.Duration{}
		for time.Since(begin) < lasting {
			for i, address := range addresses {
				if readiness(address) == http.StatusOK {
					served[i] = time.Since(begin)
				}
			}
			time.Sleep(200 * time.Millisecond)
		}
		for _, l := range cut {
			l.mend()
		}
		t.Logf("%s: front ends were ready last after %.1f and %.1f s of it", name, served[0].Seconds(), served[1].Seconds())
		if served[1] < lasting/2 {
			t.Errorf("%s: the front end at the other nodes was not ready during the second half", name)
		}
		for _, address := range addresses {
			becomes(t, address, http.StatusOK, time.Minute)
		}
	}
	partition("with its clients", append(append([]*link{}, links[0]...), clients[0]...))
	partition("without its clients", links[0])
	jobs := load.stop()
	t.Logf("%d jobs accepted, %d requests made again", len(jobs), load.cut)
	if len(jobs) < 10 {
		t.Fatalf("only %d jobs were accepted", len(jobs))
	}
	newCustomer(t, key, addresses...).await(t, x, jobs, 4*time.Minute)
	for _, front := range fronts {
		front.stop(t)
	}
}
