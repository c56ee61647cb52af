package worker

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"time"
)

var (
	// errCrashed means that a prover ended while it had a job.
	errCrashed = errors.New("the process that proves has ended")
	// errNoProver means that no prover can be started.
	errNoProver = errors.New("no process that proves can be started")
)

const (
	// maxProofs is how many jobs a prover does before it is replaced.
	maxProofs = 100
	// maxResident is how much memory a prover may keep after a job, in bytes.
	maxResident = 512 << 20
	// maxAllowed is how much a prover may have been allowed that is given another job.
	maxAllowed = 2 << 30 // after a job that needs 1.2 GB
	// startTime is how long a prover may take until it is ready.
	startTime = 30 * time.Second
	// cancelTime is how long it may take to stop a job.
	cancelTime = 5 * time.Second
)

// pool keeps provers ready, one for each place.
type pool struct {
	command func() *exec.Cmd
	perKey  bool // a prover serves one owner only
	log     *slog.Logger
	once    sync.Once // to log the sandbox

	mu      sync.Mutex
	idle    []*child
	closed  bool
	filling sync.WaitGroup
}

// child is a prover process.
type child struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	pipe   io.Closer
	out    *bounded
	reader *bufio.Reader
	writer *json.Encoder
	writes sync.Mutex
	gone   chan struct{} // closed when the process has ended

	cores   sharing
	proofs  int
	memory  int64  // that it had after its last job, in bytes
	allowed int64  // what it may have, in bytes
	owner   string // whose jobs it has seen
}

// fill starts provers until n are ready.
func (p *pool) fill(n int) {
	for range n {
		p.filling.Go(p.add)
	}
}

// add makes one more ready.
func (p *pool) add() {
	c, err := p.start()
	if err != nil {
		p.log.Error("starting a process that proves", "error", err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		c.kill()
		return
	}
	p.idle = append(p.idle, c)
}

// start starts a prover and waits until it is ready.
func (p *pool) start() (*child, error) {
	cmd := p.command()
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoProver, err)
	}
	out, theirs, err := os.Pipe()
	if err != nil {
		in.Close()
		return nil, fmt.Errorf("%w: %w", errNoProver, err)
	}
	cmd.Stdout = theirs
	err = cmd.Start()
	theirs.Close()
	if err != nil {
		in.Close()
		out.Close()
		return nil, fmt.Errorf("%w: %w", errNoProver, err)
	}
	c := &child{
		cmd: cmd, in: in, pipe: out, out: &bounded{out, maxResult}, writer: json.NewEncoder(in),
		gone: make(chan struct{}),
	}
	c.cores.limit = func(n int) { _ = c.send(order{Cores: n}) }
	go func() { _ = cmd.Wait(); close(c.gone) }()
	c.reader = bufio.NewReader(c.out)
	late := time.AfterFunc(startTime, func() { c.cmd.Process.Kill() })
	defer late.Stop()
	hello, err := readResult(c.reader)
	if err != nil || hello.Sandbox == nil {
		c.kill()
		return nil, fmt.Errorf("%w: it is not ready", errNoProver)
	}
	p.once.Do(func() {
		p.log.Info("provers are processes of their own", "sandbox", hello.Sandbox.String(), "lacks", hello.Sandbox.Lacks)
	})
	return c, nil
}

// get returns a prover that is ready for an owner, or starts one.
func (p *pool) get(owner string) (*child, error) {
	p.mu.Lock()
	for i := len(p.idle) - 1; i >= 0; i-- {
		c := p.idle[i]
		if p.perKey && c.owner != "" && c.owner != owner {
			continue
		}
		p.idle = append(p.idle[:i], p.idle[i+1:]...)
		p.mu.Unlock()
		if c.alive() {
			return c, nil
		}
		c.kill()
		return p.start()
	}
	var stale *child
	if len(p.idle) > 0 { // of another owner: it makes place
		stale, p.idle = p.idle[0], p.idle[1:]
	}
	p.mu.Unlock()
	if stale != nil {
		stale.kill()
	}
	return p.start()
}

// put takes a prover back after a job that it has ended in order.
func (p *pool) put(c *child, owner string) {
	c.proofs++
	c.owner = owner
	if c.proofs >= maxProofs || c.memory > maxResident || c.allowed > maxAllowed {
		p.drop(c)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		c.kill()
		return
	}
	p.idle = append(p.idle, c)
}

// drop ends a prover, and has another made ready.
func (p *pool) drop(c *child) {
	c.kill()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.filling.Go(p.add)
	}
}

// close ends all that are ready.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	for _, c := range idle {
		c.kill()
	}
	p.filling.Wait()
}

// alive reports whether a prover that is ready has not ended meanwhile, as by the
// hand of a person or of the kernel.
func (c *child) alive() bool {
	select {
	case <-c.gone:
		return false
	default:
		return true
	}
}

func (c *child) send(o order) error {
	c.writes.Lock()
	defer c.writes.Unlock()
	return c.writer.Encode(o)
}

// kill ends a prover and waits until it is gone.
func (c *child) kill() {
	c.in.Close()
	_ = c.cmd.Process.Kill()
	<-c.gone
	c.pipe.Close()
}

// measure has a prover lay a job out. An error is as of do.
func (c *child) measure(ctx context.Context, t *task) (*result, error) {
	limitMemory(c.cmd.Process.Pid, c.allow(measuring))
	return c.do(ctx, order{Measure: t}, func(string, float64) {})
}

// prove has a prover do a job, with the memory that it needs and some more. An error is
// as of do.
func (c *child) prove(ctx context.Context, t *task, step func(string, float64)) (*result, error) {
	limitMemory(c.cmd.Process.Pid, c.allow(t.Memory))
	return c.do(ctx, order{Job: t}, step)
}

// measuring is what laying out the largest statement may need, in bytes.
const measuring = 512 << 20

// allow returns how much memory a prover may take for a job that should need so much. It
// does not fall while the process lives, since what it has had mapped stays so.
func (c *child) allow(need int64) int64 {
	c.allowed = max(c.allowed, need+need/2+slack)
	return c.allowed
}

// slack is what a prover may take beside its estimate and half as much again, in bytes.
const slack = 256 << 20

// do has a prover follow an order. If ctx ends it is told to stop, and ended if it does not
// soon. After an error the prover is of no more use.
func (c *child) do(ctx context.Context, o order, step func(string, float64)) (*result, error) {
	c.out.left = maxResult
	ended, told := make(chan struct{}), make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(told)
		_ = c.send(order{Cancel: true})
		time.AfterFunc(cancelTime, func() {
			select {
			case <-ended:
			default:
				_ = c.cmd.Process.Kill()
			}
		})
	})
	defer func() {
		close(ended)
		if !stop() {
			<-told // before the next order: it must not stop another job
		}
	}()
	if err := c.send(o); err != nil {
		return nil, errCrashed
	}
	for {
		r, err := readResult(c.reader)
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return nil, errCrashed
		}
		if r.ends() {
			c.memory = max(c.memory, r.Memory)
			return r, nil
		}
		step(r.Step, r.Done)
	}
}
