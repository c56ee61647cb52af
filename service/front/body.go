package front

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/job"
)

// readBody reads the body of a request, of any length up to [MaxBody]. If it
// cannot, it has answered.
func (x *exchange) readBody() ([]byte, bool) {
	const tooLarge = "the body has more than 512 KiB"
	if x.r.ContentLength > MaxBody {
		x.refuse(http.StatusRequestEntityTooLarge, zkpass.ProblemTooLarge, tooLarge)
		return nil, false
	}
	// The reader wants the server's own writer, to close the connection.
	body, err := io.ReadAll(http.MaxBytesReader(x.w.ResponseWriter, &paced{x.r.Body, x.deadline(), x.limits.BodyRate, time.Now(), 0}, MaxBody))
	x.received = len(body)
	var over *http.MaxBytesError
	switch {
	case err == nil:
		return body, true
	case errors.As(err, &over):
		x.refuse(http.StatusRequestEntityTooLarge, zkpass.ProblemTooLarge, tooLarge)
	default:
		x.w.Header().Set("Connection", "close")
		x.malformed("the body did not arrive as a whole, or too slowly")
	}
	return nil, false
}

// bodyGrace is how long a body may take beside what its rate allows.
const bodyGrace = 5 * time.Second

// paced is a body that has to come with a least rate. Each read gets as long as the
// bytes that have come allow: whoever sends slowly holds a place for seconds and not
// for a minute.
type paced struct {
	io.ReadCloser
	limit func(time.Time) error
	rate  int
	begun time.Time
	read  int
}

func (p *paced) Read(data []byte) (int, error) {
	allowed := bodyGrace + time.Duration(float64(p.read)/float64(p.rate)*float64(time.Second))
	if err := p.limit(p.begun.Add(min(allowed, requestTimeout))); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	n, err := p.ReadCloser.Read(data)
	p.read += n
	return n, err
}

// deadline sets until when the request can be read.
func (x *exchange) deadline() func(time.Time) error {
	return http.NewResponseController(x.w.ResponseWriter).SetReadDeadline
}

func (x *exchange) malformed(detail string) {
	x.refuse(http.StatusBadRequest, zkpass.ProblemMalformed, detail)
}

// jsonBody reads a body that is declared as JSON. If it cannot, it has answered.
func (x *exchange) jsonBody() ([]byte, bool) {
	body, ok := x.readBody()
	if ok && !isJSON(x.r.Header) {
		x.refuse(http.StatusUnsupportedMediaType, zkpass.ProblemMediaType, "want Content-Type application/json in UTF-8, not compressed")
		return nil, false
	}
	return body, ok
}

// isJSON reports whether a body is declared as JSON, not compressed.
func isJSON(header http.Header) bool {
	types := header.Values("Content-Type")
	if len(types) != 1 || len(header.Values("Content-Encoding")) != 0 {
		return false
	}
	mediaType, params, err := mime.ParseMediaType(types[0])
	if err != nil || mediaType != typeJSON {
		return false
	}
	charset, ok := params["charset"]
	return len(params) == 0 || len(params) == 1 && ok && strings.EqualFold(charset, "utf-8")
}

var errBody = errors.New(`want one JSON object with exactly the strings user_data_token and dvr_token`)

// parseBody reads the body of a request for a proof: one JSON object in UTF-8
// with two strings and nothing else, no name twice, nothing after it. The error names
// nothing of it: what is misplaced may be user data.
func parseBody(body []byte) (job.Input, error) {
	o := openBody(body)
	input := job.Input{UserDataToken: o.string("user_data_token"), DVRToken: o.string("dvr_token")}
	if o.end() != nil {
		return job.Input{}, errBody
	}
	return input, nil
}

// parseQuery reads the parameters of a URL, each at most once. Those that nobody
// knows are refused, not passed over: they are misspelt.
func parseQuery(u *url.URL, known ...string) (map[string]string, error) {
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, errors.New("the parameters of the URL are not well formed")
	}
	params := make(map[string]string)
	for _, name := range known {
		if len(values[name]) > 1 {
			return nil, errors.New("parameter " + name + ": given twice")
		}
		if len(values[name]) == 1 {
			params[name] = values[name][0]
		}
		delete(values, name)
	}
	if len(values) > 0 {
		if len(known) == 0 {
			return nil, errors.New("unknown parameter; the path has none")
		}
		return nil, errors.New("unknown parameter; the path has " + strings.Join(known, ", "))
	}
	return params, nil
}

// parseWait reads the parameter wait: seconds from 0 to 60 without leading zeros.
func parseWait(u *url.URL, standard time.Duration) (time.Duration, error) {
	params, err := parseQuery(u, "wait")
	if err != nil {
		return 0, err
	}
	text, ok := params["wait"]
	if !ok {
		return standard, nil
	}
	seconds := 0
	for _, c := range []byte(text) {
		if c < '0' || c > '9' || len(text) > 2 {
			seconds = -1
			break
		}
		seconds = 10*seconds + int(c-'0')
	}
	wait := time.Duration(seconds) * time.Second
	if text == "" || len(text) > 1 && text[0] == '0' || seconds < 0 || wait > MaxWait {
		return 0, errors.New("parameter wait: want whole seconds from 0 to 60")
	}
	return wait, nil
}

// parseIdempotencyKey reads the header of that name; "" stands for none.
func parseIdempotencyKey(header http.Header) (string, error) {
	keys := header.Values("Idempotency-Key")
	if len(keys) == 0 {
		return "", nil
	}
	bad := errors.New("header Idempotency-Key: want 1 to 255 printable ASCII characters, once")
	if len(keys) != 1 || len(keys[0]) < 1 || len(keys[0]) > 255 {
		return "", bad
	}
	for _, c := range []byte(keys[0]) {
		if c < ' ' || c > '~' {
			return "", bad
		}
	}
	return keys[0], nil
}
