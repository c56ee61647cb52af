package job

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/zkpass-go/zkpass/service/jetstream"
)

// startNode starts a NATS server that listens, as operators run them.
func startNode(t testing.TB, options server.Options) *server.Server {
	t.Helper()
	node := newNode(t, options)
	isReady(t, node)
	return node
}

func newNode(t testing.TB, options server.Options) *server.Server {
	t.Helper()
	options.Host, options.JetStream, options.NoSigs, options.NoLog = "127.0.0.1", true, true, true
	node, err := server.NewServer(&options)
	if err != nil {
		t.Fatal(err)
	}
	node.Start()
	t.Cleanup(func() {
		node.Shutdown()
		node.WaitForShutdown()
	})
	return node
}

func isReady(t testing.TB, node *server.Server) {
	t.Helper()
	if !node.ReadyForConnections(20 * time.Second) {
		t.Fatal("the server is not ready")
	}
}

func connect(t testing.TB, addresses string) *nats.Conn {
	t.Helper()
	conn, err := jetstream.Connect(addresses, jetstream.Options{Name: t.Name()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return conn
}

// The server goes away and comes back: what is asked meanwhile fails soon and
// clearly, what was accepted is done, and the worker needs no restart.
func TestOutage(t *testing.T) {
	t.Parallel()
	dir := storeDir(t)
	node := startNode(t, server.Options{Port: server.RANDOM_PORT, StoreDir: dir, SyncAlways: true})
	address := node.ClientURL()
	q := open(t, Config{Conn: connect(t, address), AckWait: time.Second})
	worker := open(t, Config{Conn: connect(t, address), AckWait: time.Second})
	first := submit(t, q, submission("alice", "one"))
	c, _ := take(t, worker)
	taken := make(chan *Claim, 1)
	go func() {
		c, err := worker.Take(t.Context(), nil)
		if err != nil {
			t.Error(err)
		}
		taken <- c
	}()
	node.Shutdown()
	node.WaitForShutdown()

	short, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	var asked sync.WaitGroup
	for name, ask := range map[string]func() error{
		"submit": func() error { _, err := q.Submit(short, submission("alice", "two")); return err },
		"delete": func() error { return q.Delete(short, "alice", first) },
		"ready":  func() error { return q.Ready(short) },
		"finish": func() error { return c.Finish(short, first, Outcome{Token: "proof"}) },
		"oldest": func() error { _, _, err := q.OldestQueued(short); return err },
		"status": func() error { _, err := q.Status(short, "alice", newID()); return err },
	} {
		asked.Go(func() {
			if err := ask(); !errors.Is(err, ErrUnavailable) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	asked.Wait()
	eventually(t, "the index not trusted", func() bool { _, fresh := q.index.position(); return !fresh })

	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	var port int
	fmt.Sscan(parsed.Port(), &port)
	startNode(t, server.Options{Port: port, StoreDir: dir, SyncAlways: true})
	eventually(t, "ready again", func() bool { return q.Ready(t.Context()) == nil && worker.Ready(t.Context()) == nil })
	second := submit(t, q, submission("alice", "two"))
	// The claim outlived the outage, unless the job went to the other taker.
	if err := c.Finish(t.Context(), first, Outcome{Token: "proof"}); err != nil && !errors.Is(err, ErrLost) {
		t.Error(err)
	}
	for c := <-taken; ; c, _ = take(t, worker) {
		id := unsealID(t, c)
		finish(t, c, id, Outcome{Token: "proof"})
		if id == second {
			break
		}
	}
	for _, id := range []ID{first, second} {
		if s := wait(t, q, "alice", id); s.Outcome.Token != "proof" {
			t.Errorf("%+v", s)
		}
	}
}

// Three servers, one of which is stopped while jobs go through: nothing accepted
// is lost, and none ends twice.
func TestLine30ClusterLosesANode(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("slow")
	}
	nodes, addresses := startCluster(t, 3)
	config := Config{Replicas: 3, AckWait: 2 * time.Second, MaxPerOwner: 10_000}
	openOn := func() *Queue {
		config := config
		config.Conn = connect(t, addresses)
		return open(t, config)
	}
	front, other := openOn(), openOn()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var workers, clients sync.WaitGroup
	var ended sync.Map
	for range 2 {
		worker := openOn()
		workers.Go(func() {
			for {
				c, err := worker.Take(ctx, nil)
				if err != nil {
					return
				}
				outcome := Outcome{Token: "proof of " + c.Input().DVRToken}
				for err = c.Finish(ctx, unsealID(t, c), outcome); errors.Is(err, ErrUnavailable) && ctx.Err() == nil; {
					err = c.Finish(ctx, unsealID(t, c), outcome)
				}
				if err == nil {
					if _, twice := ended.LoadOrStore(outcome.Token, true); twice {
						t.Errorf("ended twice: %s", outcome.Token)
					}
				}
				if err != nil && !errors.Is(err, ErrLost) && ctx.Err() == nil {
					t.Error(err)
				}
			}
		})
	}
	const each = 30
	half := make(chan struct{})
	var passed sync.WaitGroup
	for client := range 4 {
		passed.Add(1)
		clients.Go(func() {
			at := []*Queue{front, other}[client%2]
			for n := range each {
				if n == each/3 {
					passed.Done()
				}
				mark := fmt.Sprint(client, " ", n)
				id := persistently(ctx, t, func() (ID, error) { return at.Submit(ctx, repeatable("alice", mark, mark)) })
				// The other front end answers for it.
				s := persistently(ctx, t, func() (*Status, error) { return []*Queue{other, front}[client%2].Wait(ctx, "alice", id, nil) })
				if s == nil || s.Outcome == nil || s.Outcome.Token != "proof of dvr "+mark {
					t.Errorf("%+v", s)
				}
			}
		})
	}
	go func() { passed.Wait(); close(half) }()
	<-half
	// The one that leads the queue: the hardest to lose.
	leader := leaderOf(t, front)
	for _, node := range nodes {
		if node.Name() == leader {
			node.Shutdown()
			node.WaitForShutdown()
		}
	}
	clients.Wait()
	if now := leaderOf(t, front); now == leader || now == "" {
		t.Errorf("the leader was %s and is %s", leader, now)
	}
	eventually(t, "an empty queue", func() bool {
		info, err := front.store.queue.Info(ctx)
		return err == nil && info.State.Msgs == 1 // that of the probe
	})
	cancel()
	workers.Wait()
}

// persistently repeats what fails while the cluster finds a new leader.
func persistently[T any](ctx context.Context, t *testing.T, try func() (T, error)) T {
	for deadline := time.Now().Add(60 * time.Second); ; {
		value, err := try()
		if err == nil || !errors.Is(err, ErrUnavailable) || time.Now().After(deadline) || ctx.Err() != nil {
			if err != nil {
				t.Error(err)
			}
			return value
		}
	}
}

func leaderOf(t *testing.T, q *Queue) (leader string) {
	t.Helper()
	eventually(t, "a leader", func() bool {
		info, err := q.store.queue.Info(t.Context())
		if err == nil && info.Cluster != nil {
			leader = info.Cluster.Leader
		}
		return leader != ""
	})
	return leader
}

func startCluster(t *testing.T, size int) (nodes []*server.Server, addresses string) {
	t.Helper()
	// Each server needs the addresses of all before it starts.
	ports := make([]int, size)
	routes := make([]*url.URL, size)
	for i := range size {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ports[i] = listener.Addr().(*net.TCPAddr).Port
		routes[i] = &url.URL{Scheme: "nats", Host: listener.Addr().String()}
		listener.Close()
	}
	dir := t.TempDir()
	var urls []string
	for i := range size {
		name := fmt.Sprint("node", i)
		node := newNode(t, server.Options{
			ServerName: name, Port: server.RANDOM_PORT, StoreDir: filepath.Join(dir, name),
			Cluster: server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: ports[i]}, Routes: routes,
		})
		nodes = append(nodes, node)
	}
	for _, node := range nodes {
		isReady(t, node)
		urls = append(urls, node.ClientURL())
	}
	eventually(t, "the cluster", func() bool {
		for _, node := range nodes {
			if node.JetStreamIsLeader() && len(node.JetStreamClusterPeers()) == size {
				return true
			}
		}
		return false
	})
	return nodes, strings.Join(urls, ",")
}
