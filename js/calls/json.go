package calls

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// decode reads the arguments of a call strictly: no unknown member, nothing behind.
func decode(args []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(args))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			return fmt.Errorf("argument %s: want %s, not %s", kind.Field, kind.Type, kind.Value)
		}
		return fmt.Errorf("arguments: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("arguments: something stands behind them")
	}
	return nil
}

// encode writes a result with <, > and & as they are.
func encode(result any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(result); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// clock reads a time in Unix seconds; none stands for the clock of the machine.
func clock(unix *int64) (func() time.Time, error) {
	if unix == nil {
		return time.Now, nil
	}
	const first, last = -62135596800, 253402300799
	if *unix < first || *unix > last {
		return nil, errors.New("argument now: want a time in the years 1 to 9999")
	}
	at := time.Unix(*unix, 0)
	return func() time.Time { return at }, nil
}

// maxWindow bounds ttl and skew in seconds: a hundred years.
const maxWindow = 100 * 365 * 24 * 3600

// window reads a number of seconds; none stands for the default, which is 0, and 0 for
// no time at all.
func window(name string, seconds *int64, none time.Duration) (time.Duration, error) {
	switch {
	case seconds == nil:
		return 0, nil
	case *seconds == 0:
		return none, nil
	case *seconds < 0 || *seconds > maxWindow:
		return 0, fmt.Errorf("argument %s: want 0 to %d seconds", name, maxWindow)
	}
	return time.Duration(*seconds) * time.Second, nil
}
