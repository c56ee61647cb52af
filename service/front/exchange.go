package front

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/time/rate"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/apikey"
	"github.com/zkpass-go/zkpass/service/job"
)

// statusGone stands in logs and metrics for a client that did not wait for its
// answer. It is never sent.
const statusGone = 499

// exchange is one request and its answer.
type exchange struct {
	*Handler
	w      *response
	r      *http.Request
	id     string // of the request
	param  string // what stands for {id} in the path
	origin string // of a page that may read the answer

	// For the access log.
	key      *apikey.Key // once the caller is known
	secret   string
	code     zkpass.ProblemCode
	state    job.State
	received int
}

// response counts what is sent.
type response struct {
	http.ResponseWriter
	status int
	sent   int64
}

func (w *response) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *response) Write(data []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(data)
	w.sent += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController find the connection.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// serve answers a request by a table, and accounts for it.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request, routes table) {
	defer busy(r)()
	start := h.now()
	found, param := routes.find(r.URL.Path)
	pattern := "none"
	if found != nil {
		pattern = found.pattern
	}
	ctx, span := h.tracer.Start(r.Context(), pattern, trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(attribute.String("http.route", pattern)))
	defer span.End()
	x := &exchange{Handler: h, w: &response{ResponseWriter: w}, r: r.WithContext(ctx), id: rand.Text(), param: param}
	defer func() {
		if value := recover(); value != nil {
			x.panicked(value)
		}
		x.account(span, pattern, h.now().Sub(start))
		if x.w.status == 0 || x.w.status == statusGone {
			panic(http.ErrAbortHandler) // closes the connection, without a log
		}
	}()
	x.setHeaders()
	switch handler := x.handler(found); {
	case found == nil:
		x.refuse(http.StatusNotFound, zkpass.ProblemNotFound, "no such path; /openapi.yaml describes the API")
	case x.preflight(found):
	case handler == nil:
		x.w.Header().Set("Allow", found.allow())
		x.refuse(http.StatusMethodNotAllowed, zkpass.ProblemMethod, "the path has no such method; the header Allow lists those it has")
	default:
		handler(x)
	}
}

func (x *exchange) handler(found *route) func(*exchange) {
	if found == nil {
		return nil
	}
	return found.handler(x.r.Method)
}

// setHeaders sets what every answer has. Only handlers of public, unchanging
// content say that it may be kept.
func (x *exchange) setHeaders() {
	header := x.w.Header()
	header.Set("X-Request-Id", x.id)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	header.Set("Referrer-Policy", "no-referrer")
	if x.r.TLS != nil {
		header.Set("Strict-Transport-Security", "max-age=31536000")
	}
	x.allowOrigin()
}

// gone ends an exchange whose client does not wait any more.
func (x *exchange) gone() { x.w.status = statusGone }

// clientGone reports whether the client has gone away.
func (x *exchange) clientGone() bool { return x.r.Context().Err() != nil }

// panicked answers a request whose handler has panicked. The value may hold
// anything, so only its type is logged, with the functions that led there.
func (x *exchange) panicked(value any) {
	if value == http.ErrAbortHandler {
		x.gone()
		return
	}
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
	x.logger.LogAttrs(context.Background(), slog.LevelError, "panic in a handler", slog.String("request", x.id),
		slog.String("type", fmt.Sprintf("%T", value)), slog.Any("at", at))
	if x.w.status != 0 { // too late for another answer
		x.gone()
		return
	}
	x.internal()
}

// account writes the access line, and the same into metrics and the span.
func (x *exchange) account(span trace.Span, pattern string, took time.Duration) {
	status := x.w.status
	if status == 0 {
		status = statusGone
	}
	x.metrics.count(pattern, status, took)
	span.SetAttributes(attribute.Int("http.request.body.size", x.received), attribute.Int64("http.response.body.size", x.w.sent))
	if x.state != "" {
		span.SetAttributes(attribute.String("zkpass.state", string(x.state)))
	}
	if status >= 500 {
		span.SetStatus(codes.Error, "")
	}
	dropped := 0
	if x.key == nil {
		// Strangers can ask as often as they like, and would fill the disk with it.
		var ok bool
		if dropped, ok = x.strangers.take(x.now()); !ok {
			return
		}
	}
	attrs := []slog.Attr{
		slog.String("request", x.id), slog.String("method", methodName(x.r.Method)), slog.String("route", pattern),
		slog.Int("status", status), slog.Int("received", x.received), slog.Int64("sent", x.w.sent), slog.Duration("took", took),
	}
	if x.key != nil {
		attrs = append(attrs, slog.String("key", x.key.Key))
	}
	if x.state != "" {
		attrs = append(attrs, slog.String("state", string(x.state)))
	}
	if dropped > 0 {
		attrs = append(attrs, slog.Int("others_not_logged", dropped))
	}
	if x.code != "" {
		attrs = append(attrs, slog.String("code", string(x.code)))
	}
	x.logger.LogAttrs(context.Background(), slog.LevelInfo, "request", attrs...)
}

// Access lines of requests without a valid API key: so many a second for long, and at
// once. They are counted in the metrics all the same.
const (
	strangerLines = 20
	strangerBurst = 200
)

// lines bounds a kind of line in the log.
type lines struct {
	mu      sync.Mutex
	limiter *rate.Limiter
	dropped int
}

// take reports whether a line may be written, and how many were not since the last.
func (l *lines) take(now time.Time) (dropped int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.limiter.AllowN(now, 1) {
		l.dropped++
		return 0, false
	}
	dropped, l.dropped = l.dropped, 0
	return dropped, true
}

// methodName keeps text that a client made up out of logs.
func methodName(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}
