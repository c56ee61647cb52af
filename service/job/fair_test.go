package job

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// order takes jobs one after the other, as a worker with one slot, and returns whose
// they were.
func order(t *testing.T, q *Queue, owners map[string]string, jobs int) (order []string) {
	t.Helper()
	for range jobs {
		c, id := take(t, q)
		order = append(order, owners[c.Owner()])
		finish(t, c, id, Outcome{Token: "proof"})
	}
	return order
}

func names(owners ...string) map[string]string {
	all := map[string]string{}
	for _, owner := range owners {
		all[ownerName(owner)] = owner
	}
	return all
}

// An owner's only job waits for one of each other owner at the most, whatever these
// have queued, and the number of jobs ahead says so.
func TestFairOverOwners(t *testing.T) {
	q := newQueue(t, Config{})
	for range 20 {
		submit(t, q, submission("alice", "a"))
	}
	for range 5 {
		submit(t, q, submission("carol", "c"))
	}
	owners := names("alice", "bob", "carol")
	if got := fmt.Sprint(order(t, q, owners, 4)); got != "[alice carol alice carol]" {
		t.Errorf("took %s", got)
	}
	only := submit(t, q, submission("bob", "b"))
	var ahead int
	eventually(t, "a rank", func() bool { ahead = status(t, q, "bob", only).Ahead; return ahead <= 2 })
	for n := 0; ; n++ {
		c, id := take(t, q)
		finish(t, c, id, Outcome{Token: "proof"})
		if id == only {
			if n != ahead {
				t.Errorf("%d jobs came before it, %d were said to be ahead", n, ahead)
			}
			break
		}
		if n > 2 {
			t.Fatal("more than one job of each other owner came before it")
		}
	}
	// Those of one owner keep their order.
	first, second := submit(t, q, submission("dave", "1")), submit(t, q, submission("dave", "2"))
	var seen []ID
	for len(seen) < 2 {
		c, id := take(t, q)
		if id == first || id == second {
			seen = append(seen, id)
		}
		finish(t, c, id, Outcome{Token: "proof"})
	}
	if seen[0] != first {
		t.Error("the later job came first")
	}
}

// An owner of weight 3 gets three jobs for each one of another.
func TestWeights(t *testing.T) {
	q := newQueue(t, Config{})
	for range 12 {
		submit(t, q, submission("alice", "a"))
		heavy := submission("bob", "b")
		heavy.Weight = 3
		submit(t, q, heavy)
	}
	count := map[string]int{}
	for _, owner := range order(t, q, names("alice", "bob"), 12) {
		count[owner]++
	}
	if count["bob"] < 8 || count["bob"] > 10 {
		t.Errorf("bob got %d of 12, want 9", count["bob"])
	}
}

// No more jobs of an owner are proven at once than it may have, over all workers.
func TestLimitOfRunningJobs(t *testing.T) {
	q := newQueue(t, Config{})
	other := open(t, q.config)
	for range 3 {
		s := submission("alice", "a")
		s.Limit = 2
		submit(t, q, s)
	}
	first, id := take(t, q)
	eventually(t, "the other worker to know", func() bool { return other.Stats() == Stats{Queued: 2, Proving: 1} })
	take(t, other)
	eventually(t, "both to know", func() bool { return q.Stats() == other.Stats() && q.Stats().Proving == 2 })
	noTake(t, q, 300*time.Millisecond)
	noTake(t, other, 300*time.Millisecond)
	finish(t, first, id, Outcome{Token: "proof"})
	take(t, other)
}

// A worker passes over jobs of families that it does not have, and hands back one
// that turns out to be of such.
func TestFamilies(t *testing.T) {
	q := newQueue(t, Config{})
	old := submission("alice", "old")
	old.Family = "v1"
	oldID := submit(t, q, old)
	newer := submission("alice", "new")
	newer.Family = "v2"
	newID := submit(t, q, newer)
	only := func(families ...string) func(string) bool {
		return func(family string) bool {
			for _, f := range families {
				if f == family {
					return true
				}
			}
			return false
		}
	}
	c, err := q.Take(t.Context(), only("v2"))
	if err != nil || unsealID(t, c) != newID {
		t.Fatalf("took another job, %v", err)
	}
	finish(t, c, newID, Outcome{Token: "proof"})
	unnamed := submit(t, q, submission("alice", "unnamed"))
	if c, err = q.Take(t.Context(), only("v2", "")); err != nil || unsealID(t, c) != unnamed {
		t.Fatalf("took another job, %v", err)
	}
	if err := c.ReturnFor("v1"); err != nil {
		t.Fatal(err)
	}
	for _, id := range []ID{oldID, unnamed} {
		c, err = q.Take(t.Context(), only("v1"))
		if err != nil || unsealID(t, c) != id || c.Attempt() != 1 {
			t.Fatalf("took another job, attempt %d, %v", c.Attempt(), err)
		}
	}
}

// Two processes that died of a job end it; those that were lost with their worker do
// not count among them.
func TestCrashes(t *testing.T) {
	q := newQueue(t, Config{})
	submit(t, q, submission("alice", "a"))
	for crash := range MaxCrashes {
		c, _ := take(t, q)
		if c.Crashed() || c.Attempt() != 1 {
			t.Fatalf("after %d crashes: crashed %t, attempt %d", crash, c.Crashed(), c.Attempt())
		}
		if err := c.ReturnCrashed(0); err != nil {
			t.Fatal(err)
		}
	}
	if c, _ := take(t, q); !c.Crashed() || c.Exhausted() {
		t.Error("the job goes on")
	}
}

// Space is counted of the service and of each owner, freed by deletion, and known
// again after a restart.
func TestSpace(t *testing.T) {
	q := newQueue(t, Config{Space: 4 << 20, SpacePerOwner: 2 << 20})
	var kept []ID
	keep := func(owner string) {
		t.Helper()
		id := submit(t, q, submission(owner, "x"))
		c, _ := take(t, q)
		finish(t, c, id, Outcome{Token: fmt.Sprintf("%0700000d", 1)})
		kept = append(kept, id)
	}
	keep("alice")
	keep("alice")
	submitError(t, q, submission("alice", "x"), ErrFull)
	submitError(t, q, submission("alice", "x"), ErrSpace)
	submitError(t, open(t, q.config), submission("alice", "x"), ErrSpace)
	keep("bob")
	keep("bob")
	keep("carol")
	submitError(t, q, submission("dave", "x"), ErrSpace)
	if err := q.Ready(t.Context()); !errors.Is(err, ErrSpace) {
		t.Errorf("ready: %v", err)
	}
	if err := q.Delete(t.Context(), "alice", kept[0]); err != nil {
		t.Fatal(err)
	}
	keep("alice")
	submitError(t, q, submission("dave", "x"), ErrSpace)
}

// A full disk refuses jobs before they are written, and takes them again.
func TestFreeSpace(t *testing.T) {
	free := int64(1000)
	config := Config{Free: func() (int64, error) { return free, nil }}
	_, config.Conn = embedded(t, storeDir(t))
	q := open(t, config)
	submitError(t, q, submission("alice", "x"), ErrSpace)
	free = 1 << 30
	eventually(t, "space", func() bool { _, err := q.Submit(t.Context(), submission("alice", "x")); return err == nil })
}

// Expired outcomes free their space.
func TestSpaceFreesItself(t *testing.T) {
	t.Parallel()
	q := newQueue(t, Config{Space: 1 << 20, ResultTTL: 2 * time.Second})
	id := submit(t, q, submission("alice", "x"))
	c, _ := take(t, q)
	finish(t, c, id, Outcome{Token: fmt.Sprintf("%0700000d", 1)})
	submitError(t, q, submission("alice", "x"), ErrSpace)
	eventually(t, "space", func() bool { _, err := q.Submit(t.Context(), submission("alice", "x")); return err == nil })
}

// A process whose settings differ is refused and told which; one that adopts them
// changes what is stored.
func TestSettings(t *testing.T) {
	_, conn := embedded(t, storeDir(t))
	open(t, Config{Conn: conn})
	for _, c := range []Config{
		{Conn: conn, MaxQueued: 10}, {Conn: conn, ResultTTL: time.Minute}, {Conn: conn, MaxPerOwner: 5}, {Conn: conn, MaxAttempts: 3},
		{Conn: conn, AckWait: time.Minute}, {Conn: conn, Space: 1 << 30}, {Conn: conn, SpacePerOwner: 1 << 30}, {Conn: conn, IdempotencyTTL: time.Hour},
	} {
		if _, err := Open(t.Context(), c); !errors.Is(err, ErrSettings) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	_, err := Open(t.Context(), Config{Conn: conn, MaxQueued: 10})
	const want = "jobs.max_queued is 10 here and 10000 there"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q in it", err, want)
	}
	open(t, Config{Conn: conn, MaxQueued: 10, Adopt: true})
	open(t, Config{Conn: conn, MaxQueued: 10})
	if _, err := Open(t.Context(), Config{Conn: conn}); !errors.Is(err, ErrSettings) {
		t.Errorf("the settings of before: %v", err)
	}
}

// The owner of a directory takes its settings to be those of the store, and claims of
// the process before to be dead.
func TestSole(t *testing.T) {
	_, conn := embedded(t, storeDir(t))
	q := open(t, Config{Conn: conn, Sole: true, AckWait: time.Hour})
	submit(t, q, submission("alice", "x"))
	c, _ := take(t, q)
	die(c)
	again := open(t, Config{Conn: conn, Sole: true, AckWait: time.Hour, MaxQueued: 7})
	if c, _ := take(t, again); c.Attempt() != 2 {
		t.Errorf("attempt %d", c.Attempt())
	}
}

// Copies are raised to three on a cluster, and lowered by nobody.
func TestReplicas(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts a cluster")
	}
	_, addresses := startCluster(t, 3)
	copies := func(q *Queue) (least int) {
		least = 99
		for _, name := range q.store.streams() {
			stream, err := q.store.js.Stream(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			least = min(least, stream.CachedInfo().Config.Replicas)
		}
		return least
	}
	openWith := func(replicas int) (*Queue, error) {
		q, err := Open(t.Context(), Config{Conn: connect(t, addresses), Replicas: replicas})
		if err == nil {
			t.Cleanup(func() { q.Close() })
		}
		return q, err
	}
	q, err := openWith(1)
	if err != nil || copies(q) != 1 {
		t.Fatalf("one copy: %v", err)
	}
	if q, err = openWith(0); err != nil || copies(q) != 3 {
		t.Fatalf("by default: %v, %d copies", err, copies(q))
	}
	if _, err := openWith(1); !errors.Is(err, ErrSettings) {
		t.Errorf("lowering: %v", err)
	}
	if n := copies(q); n != 3 {
		t.Errorf("%d copies after that", n)
	}
}
