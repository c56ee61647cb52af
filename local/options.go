package local

import (
	"errors"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/internal/statement"
)

var (
	// ErrMethodVersion means that the request was made for another version of the
	// circuits than this module has. Its maker must make it anew.
	ErrMethodVersion = statement.ErrMethodVersion
	// ErrDocuments means that the tokens given are not those that the request
	// asks for.
	ErrDocuments = errors.New("documents differ from those that the request asks for")
)

// Options are what [Prove] needs besides the tokens. The zero value is good for
// requests that give all keys by value.
type Options struct {
	// Now tells the evaluation time, of which fractions of a second are dropped. It
	// is called once, when proving starts; nil stands for [time.Now].
	Now func() time.Time
	// Resolver finds keys that the request names by a key set's URL. It decides
	// which URLs may be fetched; nil allows none.
	Resolver zkpass.KeyResolver
	// DVRKey is the key for requests that name none of their own. Nil refuses
	// such requests: nobody could tell whose they are.
	DVRKey *zkpass.PublicKey
	// Progress, if it is not nil, is called with the step under way, how much of
	// the whole is done and how much there is, in no particular unit. Calls come
	// one after the other and are to return at once.
	Progress func(step string, done, total int)
}

// now returns the evaluation time.
func (o *Options) now() time.Time {
	now := o.Now
	if now == nil {
		now = time.Now
	}
	return now().UTC().Truncate(time.Second)
}
