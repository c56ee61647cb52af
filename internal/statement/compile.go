package statement

import (
	"errors"
	"fmt"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/libzk"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm"
)

// ErrMethodVersion means that the request was made for another version of the
// circuits than the one at hand, or for another query than it carries.
var ErrMethodVersion = errors.New("query_method_ver differs")

// Compile compiles the query of a request and checks that this module is what
// the request asks to prove it with.
func Compile(dvr *zkpass.DVR) (*query.Program, error) {
	program, err := compile(dvr)
	if err != nil {
		return nil, err
	}
	if have := zkvm.MethodVersionOf(libzk.Profile(dvr.ZKVM), program); have != dvr.QueryMethodVersion {
		return nil, fmt.Errorf("%w: the request has %.80q, this module proves its query with %q (query_engine_ver: the request has %.80q, this module is %q)",
			ErrMethodVersion, dvr.QueryMethodVersion, have, dvr.QueryEngineVersion, zkpass.Version)
	}
	return program, nil
}

// MethodVersion returns the query_method_ver that belongs to the query of a
// request, for the maker of the request.
func MethodVersion(dvr *zkpass.DVR) (string, error) {
	program, err := compile(dvr)
	if err != nil {
		return "", err
	}
	return zkvm.MethodVersionOf(libzk.Profile(dvr.ZKVM), program), nil
}

func compile(dvr *zkpass.DVR) (*query.Program, error) {
	if err := dvr.CheckZKVM(); err != nil {
		return nil, err
	}
	formats := dvr.Formats()
	var options []query.Option
	for tag, format := range formats {
		if format == zkpass.FormatJWT {
			options = append(options, query.WithFormat(tag, query.JWT))
		}
	}
	program, err := query.Compile([]byte(dvr.Query), dvr.Tags(), options...)
	if err != nil {
		return nil, fmt.Errorf("compiling query: %w", err)
	}
	return program, nil
}
