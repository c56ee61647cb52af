package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/job"
)

// tracerName names the package to OpenTelemetry. Spans have counts, codes and sizes.
const tracerName = "github.com/zkpass-go/zkpass/service/worker"

// errStopping ends proofs that are under way when the worker has no more time.
var errStopping = errors.New("the worker is stopping")

// defaultFinishTimeout is how long the store may take to store an outcome, tries and all.
const defaultFinishTimeout = time.Minute

// begin opens a job that was taken. It returns nil if that cannot be proven here, and
// was handed back.
func (w *Worker) begin(claim *job.Claim) *assignment {
	a := &assignment{claim: claim, start: time.Now()}
	log := w.logOf(claim)
	var err error
	if a.id, err = w.unsealSafely(claim.SealedID(), log); err != nil {
		// Without the id nobody can be told. The key is not here yet, or no more.
		log.Error("job cannot be opened: its key is unknown to this worker")
		w.giveBack(claim, log, 10*time.Second)
		return nil
	}
	if claim.Exhausted() || claim.Crashed() {
		a.failed = errGivenUp
		return a
	}
	a.failed = w.safely(log, func() error { return w.open(a) })
	if a.failed == nil && !w.has(a.request.DVR.ZKVM) && w.config.Known(a.request.DVR.ZKVM) {
		log.Info("job handed back: another worker proves its family")
		if err := claim.ReturnFor(a.request.DVR.ZKVM); err != nil && !errors.Is(err, job.ErrLost) {
			log.Warn("job not handed back; it will be taken up when its time is over", "error", err)
		}
		return nil
	}
	return a
}

// safely calls f. A panic is a defect: it costs this job, not the process, and its text
// may hold anything, so only where it happened is logged.
func (w *Worker) safely(log *slog.Logger, f func() error) (err error) {
	defer func() {
		if recover() != nil {
			logPanic(log)
			err = errInternal
		}
	}()
	return f()
}

func (w *Worker) logOf(claim *job.Claim) *slog.Logger {
	return w.config.Logger.With("attempt", claim.Attempt(), "queued_ms", time.Since(claim.Accepted()).Milliseconds())
}

// run does one job. Whatever it meets, the claim is finished or returned.
func (w *Worker) run(proving context.Context, a *assignment) {
	claim, log := a.claim, w.logOf(a.claim)
	w.metrics.running.Inc()
	defer w.metrics.running.Dec()
	ctx, span := otel.Tracer(tracerName).Start(proving, "job", trace.WithAttributes(attribute.Int("attempt", claim.Attempt())))
	defer span.End()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(claim.Context(), cancel)()

	// Proving stops between steps, which take seconds for large documents. A worker
	// that is to stop does not wait for that; one that goes on does, since the proof
	// has its memory until then.
	type end struct {
		token string
		err   error
	}
	ended := make(chan end, 1)
	go func() {
		if w.pool == nil {
			lowerPriority()
		}
		var e end
		e.err = w.safely(log, func() (err error) {
			e.token, err = w.prove(ctx, a)
			return err
		})
		ended <- e
	}()
	var e end
	select {
	case e = <-ended:
	case <-proving.Done():
		log.Info("job handed back")
		w.giveBack(claim, log, 0)
		return
	}
	switch {
	case claim.Context().Err() != nil:
		log.Info("job cancelled or lost", "ms", time.Since(a.start).Milliseconds())
		w.metrics.ended.WithLabelValues("cancelled").Inc()
		return
	case e.err != nil && context.Cause(ctx) == errStopping:
		log.Info("job handed back")
		w.giveBack(claim, log, 0)
		return
	case errors.Is(e.err, errNoProver):
		log.Error("job handed back", "error", e.err)
		w.giveBack(claim, log, 5*time.Second)
		return
	case errors.Is(e.err, errCrashed):
		log.Error("a process has died of a job; another tries it once more", "ms", time.Since(a.start).Milliseconds())
		w.metrics.ended.WithLabelValues("crashed").Inc()
		if err := claim.ReturnCrashed(0); err != nil && !errors.Is(err, job.ErrLost) {
			log.Warn("job not handed back; it will be taken up when its time is over", "error", err)
		}
		return
	}
	outcome := w.outcome(e.token, e.err, log)
	code := "done"
	if outcome.Problem != nil {
		code = string(outcome.Problem.Code)
	}
	span.SetAttributes(attribute.String("code", code), attribute.Int("token_bytes", len(outcome.Token)))
	if !w.finish(proving, claim, a.id, outcome, log) {
		return
	}
	w.metrics.ended.WithLabelValues(code).Inc()
	log.Info("job ended", "code", code, "ms", time.Since(a.start).Milliseconds(), "token_bytes", len(outcome.Token))
}

// errGivenUp ends a job that workers were lost with again and again.
var errGivenUp = errors.New("given up")

// outcome is what the owner of a job gets.
func (w *Worker) outcome(token string, err error, log *slog.Logger) job.Outcome {
	if err == nil {
		return job.Outcome{Token: token}
	}
	if err == errGivenUp {
		return job.Outcome{Problem: zkpass.NewProblem(500, zkpass.ProblemNotProven, "the service has tried this job several times without an end; try again later")}
	}
	problem, kind := problemOf(err), kindOf(err)
	if found := (*problemError)(nil); errors.As(err, &found) {
		problem, kind = found.Problem, found.kind
	}
	if problem.Code == zkpass.ProblemInternal {
		log.Error("job failed for a reason of this service", "kind", kind)
	}
	return job.Outcome{Problem: problem}
}

// unsealSafely opens the id of a job. A panic there is one more reason why it
// cannot be opened.
func (w *Worker) unsealSafely(sealed string, log *slog.Logger) (id job.ID, err error) {
	defer func() {
		if recover() != nil {
			logPanic(log)
			err = errInternal
		}
	}()
	return w.unseal(sealed)
}

// logPanic logs where a panic came from, called while it is recovered from. A stack
// as the runtime prints it also has arguments, which may be user data.
func logPanic(log *slog.Logger) {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	var at []string
	for {
		frame, more := frames.Next()
		at = append(at, fmt.Sprintf("%s:%d", frame.Function, frame.Line))
		if !more {
			break
		}
	}
	log.Error("a job panicked", "at", at)
}

// finish stores an outcome, again and again while the store is not available, and
// reports whether it is stored. A claim that has none by then is handed back: it
// would keep the job from other workers.
func (w *Worker) finish(ctx context.Context, claim *job.Claim, id job.ID, outcome job.Outcome, log *slog.Logger) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.finishTimeout)
	defer cancel()
	for {
		err := claim.Finish(ctx, id, outcome)
		switch {
		case err == nil:
			return true
		case errors.Is(err, job.ErrLost):
			log.Info("job was lost before its outcome was stored")
			return false
		case ctx.Err() != nil, !errors.Is(err, job.ErrUnavailable):
			log.Error("outcome not stored; the job will be taken up again", "error", err)
			w.giveBack(claim, log, 10*time.Second)
			return false
		}
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (w *Worker) giveBack(claim *job.Claim, log *slog.Logger, delay time.Duration) {
	if err := claim.Return(delay); err != nil && !errors.Is(err, job.ErrLost) {
		log.Warn("job not handed back; it will be taken up when its time is over", "error", err)
	}
}
