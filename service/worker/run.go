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

// run does one job. Whatever it meets, the claim is finished or returned.
func (w *Worker) run(proving context.Context, claim *job.Claim) {
	start := time.Now()
	log := w.config.Logger.With("attempt", claim.Attempt(), "queued_ms", time.Since(claim.Accepted()).Milliseconds())
	w.metrics.running.Inc()
	defer w.metrics.running.Dec()

	id, err := w.unsealSafely(claim.SealedID(), log)
	if err != nil {
		// Without the id nobody can be told. The key is not here yet, or no more.
		log.Error("job cannot be opened: its key is unknown to this worker")
		w.giveBack(claim, log, 10*time.Second)
		return
	}
	ctx, span := otel.Tracer(tracerName).Start(proving, "job", trace.WithAttributes(attribute.Int("attempt", claim.Attempt())))
	defer span.End()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(claim.Context(), cancel)()

	// Proving stops between steps, which take seconds for large documents. A worker
	// that is to stop does not wait for that; one that goes on does, since the proof
	// has its memory until then.
	ended := make(chan job.Outcome, 1)
	go func() {
		lowerPriority()
		ended <- w.outcome(ctx, claim, log)
	}()
	var outcome job.Outcome
	select {
	case outcome = <-ended:
	case <-proving.Done():
		log.Info("job handed back")
		w.giveBack(claim, log, 0)
		return
	}
	switch {
	case claim.Context().Err() != nil:
		log.Info("job cancelled or lost", "ms", time.Since(start).Milliseconds())
		w.metrics.ended.WithLabelValues("cancelled").Inc()
		return
	case outcome.Problem != nil && context.Cause(ctx) == errStopping:
		log.Info("job handed back")
		w.giveBack(claim, log, 0)
		return
	}
	code := "done"
	if outcome.Problem != nil {
		code = string(outcome.Problem.Code)
	}
	span.SetAttributes(attribute.String("code", code), attribute.Int("token_bytes", len(outcome.Token)))
	if !w.finish(proving, claim, id, outcome, log) {
		return
	}
	w.metrics.ended.WithLabelValues(code).Inc()
	log.Info("job ended", "code", code, "ms", time.Since(start).Milliseconds(), "token_bytes", len(outcome.Token))
}

// outcome proves, or says why not. A panic is a defect: it costs this job, not the
// process, and its text may hold anything, so only where it happened is logged.
func (w *Worker) outcome(ctx context.Context, claim *job.Claim, log *slog.Logger) (outcome job.Outcome) {
	defer func() {
		if recover() != nil {
			logPanic(log)
			outcome = job.Outcome{Problem: problemOf(errInternal)}
		}
	}()
	if claim.Exhausted() {
		return job.Outcome{Problem: zkpass.NewProblem(500, zkpass.ProblemNotProven, "the service has tried this job several times without an end; try again later")}
	}
	token, err := w.prove(ctx, claim)
	if err == nil {
		return job.Outcome{Token: token}
	}
	problem := problemOf(err)
	if problem.Code == zkpass.ProblemInternal {
		log.Error("job failed for a reason of this service", "kind", kindOf(err))
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
