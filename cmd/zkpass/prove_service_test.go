package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/client"
	"github.com/zkpass-go/zkpass/internal/servicetest"
)

// The scripts that have a service prove.
func TestServiceScripts(t *testing.T) {
	example, err := filepath.Abs("../../examples/shopsphere")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/service",
		Setup: func(env *testscript.Env) error {
			service, err := servicetest.Start(nil)
			if err != nil {
				return err
			}
			env.Defer(service.Close)
			env.Values["service"] = service
			env.Setenv("SERVICE", service.URL)
			env.Setenv("APIKEY", servicetest.APIKey)
			env.Setenv("SHOPSPHERE", example)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"accepted": checkAccepted},
	})
}

// checkAccepted is the script command "accepted N": the service has accepted N jobs
// so far, and keeps none.
func checkAccepted(ts *testscript.TestScript, _ bool, args []string) {
	service := ts.Value("service").(*servicetest.Service)
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := service.Accepted(); got != want || service.Jobs() != 0 {
		ts.Fatalf("%d jobs accepted, want %d; %d are left", got, want, service.Jobs())
	}
}

func TestServiceProgress(t *testing.T) {
	var stderr bytes.Buffer
	cmd := newProve()
	cmd.SetErr(&stderr)
	p := &jobProgress{cmd: cmd, line: startProgress(&stderr, "", 1)}
	for _, status := range []client.JobStatus{
		{Ahead: 2}, {Ahead: 1}, {}, {Proving: true}, {Proving: true, Step: "circuits", Progress: 0.1}, {Proving: true, Step: "circuits", Progress: 0.2},
	} {
		p.at(status)
	}
	want := `zkpass: queued at the service, 2 jobs ahead
zkpass: queued at the service, 1 job ahead
zkpass: queued at the service
zkpass: the service is proving
zkpass: the service is proving: circuits
`
	if stderr.String() != want {
		t.Errorf("said\n%s", stderr.String())
	}
}

func TestServiceHints(t *testing.T) {
	for want, err := range map[string]error{
		"check --api-key": zkpass.NewProblem(http.StatusUnauthorized, zkpass.ProblemUnauthorized, ""),
		"the scope prove": zkpass.NewProblem(http.StatusForbidden, zkpass.ProblemForbidden, ""),
		"try again later": errors.Join(client.ErrUnavailable, zkpass.NewProblem(http.StatusServiceUnavailable, zkpass.ProblemQueueFull, "")),
		"URL of the serv": client.ErrAnswer,
		"in this process": errors.Join(client.ErrGaveUp, zkpass.NewProblem(http.StatusInternalServerError, zkpass.ProblemNotProven, "")),
	} {
		if hint := hintFor(hintAtService(err)); !strings.Contains(hint, want) {
			t.Errorf("%v: hint %q, want %q", err, hint, want)
		}
	}
	for _, err := range []error{context.Canceled, zkpass.NewProblem(http.StatusUnprocessableEntity, zkpass.ProblemEvaluation, ""), errors.New("other")} {
		if hint := hintFor(hintAtService(err)); hint != "" {
			t.Errorf("%v: hint %q", err, hint)
		}
	}
}
