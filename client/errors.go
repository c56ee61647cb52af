package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"unicode"

	"github.com/zkpass-go/zkpass"
)

// How a [Client] fails. What a service answers instead of a result is a
// [*zkpass.Problem] too, to be had with [errors.As].
var (
	// ErrUnavailable tells that the service could not be reached, or was
	// busy, at every attempt. It may work later.
	ErrUnavailable = errors.New("service not available")
	// ErrAnswer tells that what the service sent is not what a service is
	// to send: no proof token, a token with a bad signature or for another
	// request, a redirect, too much.
	ErrAnswer = errors.New("answer of the service not accepted")
	// ErrGaveUp tells that the service took the job and could not finish
	// it: it failed again and again, or took too long.
	ErrGaveUp = errors.New("the service gave up on the job")
)

// malformed makes an error that wraps [zkpass.ErrMalformed].
func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{zkpass.ErrMalformed}, args...)...)
}

// linkError is a failure to get an answer. It has a text of its own, because the
// texts of net/http may quote the answer, or the URL with a job's id.
type linkError struct {
	text      string
	permanent bool // trying again will not help
	err       error
}

func (e *linkError) Error() string { return e.text }
func (e *linkError) Unwrap() error { return e.err }

// newLinkError says what is wrong with a connection.
func newLinkError(err error) *linkError {
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	e := &linkError{err: err}
	var (
		certificate *tls.CertificateVerificationError
		authority   x509.UnknownAuthorityError
		hostname    x509.HostnameError
		invalid     x509.CertificateInvalidError
		record      tls.RecordHeaderError
		alert       tls.AlertError
		name        *net.DNSError
		operation   *net.OpError
	)
	switch {
	case errors.As(err, &certificate), errors.As(err, &authority), errors.As(err, &hostname), errors.As(err, &invalid):
		e.permanent, e.text = true, "the certificate is not accepted: "+printable(err.Error(), 200)
	case errors.As(err, &record), errors.As(err, &alert):
		e.permanent, e.text = true, "no TLS connection"
	case errors.As(err, &name):
		// A name that is not there is mistyped more often than late.
		e.permanent, e.text = name.IsNotFound, "looking up the host failed"
	case errors.Is(err, context.DeadlineExceeded):
		// Not the end of the caller's context, which is looked at before.
		e.text, e.err = "no answer in time", nil
	case errors.As(err, &operation):
		e.text = printable(operation.Error(), 200)
		// This is how crypto/tls reports an alert: no version in common, say.
		e.permanent = operation.Op == "remote error"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		e.text = "the connection broke off"
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"): // net/http has no other name for it
		e.permanent, e.text = true, "the service speaks plain HTTP at this address, not TLS"
	default:
		e.text = "the connection failed, or the answer is not HTTP"
	}
	return e
}

// secrets are texts that no error may show, whoever wrote it.
type secrets []string

// minSecret is the length from which a text is taken for a secret: a shorter one
// stands in honest texts by chance.
const minSecret = 8

// clean makes a text from the service fit for errors, logs and terminals. A text
// that repeats a secret is withheld.
func (s secrets) clean(text string, limit int) string {
	for _, secret := range s {
		if len(secret) >= minSecret && strings.Contains(text, secret) {
			return "(withheld: it repeats a secret)"
		}
	}
	return printable(text, limit)
}

// printable cuts a text to a number of bytes and leaves out what does not print.
func printable(text string, limit int) string {
	var b strings.Builder
	for _, r := range text {
		if !unicode.IsPrint(r) {
			r = ' '
		}
		if b.Len()+len(string(r)) > limit {
			b.WriteString("...")
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}
