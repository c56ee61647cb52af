package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Site is the frame of a web site at one origin.
type Site struct {
	// Origin is scheme, host and port as browsers write them.
	Origin string
	// Routes is what the site does.
	Routes http.Handler
	// Open are patterns of [http.ServeMux] that take forms from other sites. They
	// must not act on anybody's session.
	Open []string
	// Refuse answers a form that comes from another site.
	Refuse http.Handler
	// MaxBody bounds the bodies of requests, in bytes.
	MaxBody int64
	Logger  *slog.Logger
}

// Handler returns the site with everything around it: headers that browsers obey,
// no forms from elsewhere, no other host names (as come with DNS rebinding),
// bounded bodies.
func (s *Site) Handler() (http.Handler, error) {
	origin, err := url.Parse(s.Origin)
	if err != nil {
		return nil, err
	}
	protection := http.NewCrossOriginProtection()
	for _, pattern := range s.Open {
		protection.AddInsecureBypassPattern(pattern)
	}
	if s.Refuse != nil {
		protection.SetDenyHandler(s.Refuse)
	}
	inner := protection.Handler(s.Routes)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setHeaders(w.Header(), origin.Scheme == "https")
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(p)
				}
				s.Logger.Error("a handler panicked", "method", r.Method)
				http.Error(w, "something went wrong on our side", http.StatusInternalServerError)
			}
		}()
		if !strings.EqualFold(r.Host, origin.Host) {
			http.Error(w, "this server answers for "+origin.Host, http.StatusMisdirectedRequest)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, s.MaxBody)
		inner.ServeHTTP(w, r)
	}), nil
}

// policy is the content security policy of every page; see Allow.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

func setHeaders(h http.Header, secure bool) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
	if secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// Allow adds sources to a directive of a page's content security policy.
func Allow(w http.ResponseWriter, directive string, sources ...string) {
	const name = "Content-Security-Policy"
	added := strings.Join(sources, " ")
	directives := strings.Split(w.Header().Get(name), "; ")
	for i, d := range directives {
		if d == directive || strings.HasPrefix(d, directive+" ") {
			directives[i] = d + " " + added
			w.Header().Set(name, strings.Join(directives, "; "))
			return
		}
	}
	w.Header().Set(name, strings.Join(append(directives, directive+" "+added), "; "))
}

// FormsTo lets the forms of a page go to other origins too, also by a redirect of
// the site's own.
func FormsTo(w http.ResponseWriter, origins ...string) { Allow(w, "form-action", origins...) }

// IsSecure reports whether an origin is on https.
func IsSecure(origin string) bool { return strings.HasPrefix(origin, "https://") }

// Serve answers requests from a listener until the context ends, and then lets
// those that run finish.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler, logger *slog.Logger) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		server.Close()
	}
	return nil
}
