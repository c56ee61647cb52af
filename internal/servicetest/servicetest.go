// Package servicetest is a proving service in memory, for tests and examples of its
// clients. It speaks the service's protocol and makes real proofs, one after the
// other, by package local. It has none of what a service needs against load,
// failures and strangers, and keeps every job until it is deleted.
package servicetest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/local"
	"github.com/zkpass-go/zkpass/query"
)

// APIKey is the one key that a [Service] knows, KEY:SECRET.
const APIKey = "key-1:secret-of-the-test-service"

// Service is a server on a loopback port.
type Service struct {
	*httptest.Server
	keys                *zkpass.KeySet
	signing, encryption *zkpass.PrivateKey
	now                 func() time.Time
	proving             sync.Mutex

	mu       sync.Mutex
	jobs     map[string]*job
	accepted int
}

// job is one job; done is closed when it has ended.
type job struct {
	done    chan struct{}
	state   string
	step    string
	at      float64
	token   string
	problem *zkpass.Problem
}

// Start starts a service that proves as of the time that now tells; nil stands for
// the clock. The caller closes it.
func Start(now func() time.Time) (*Service, error) {
	s := &Service{now: now, jobs: make(map[string]*job)}
	var err error
	if s.signing, err = zkpass.GenerateKey(zkpass.ES256, ""); err != nil {
		return nil, err
	}
	if s.encryption, err = zkpass.GenerateKey(zkpass.ECDHES, ""); err != nil {
		return nil, err
	}
	if s.keys, err = zkpass.NewKeySet(s.signing.Public(), s.encryption.Public()); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/jwks.json", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, s.keys) })
	mux.HandleFunc("POST /v1/proof", authenticated(s.submit))
	mux.HandleFunc("GET /api/status/{id}", authenticated(s.status))
	mux.HandleFunc("DELETE /api/status/{id}", authenticated(s.forget))
	s.Server = httptest.NewServer(mux)
	return s, nil
}

// Keys are the service's public keys.
func (s *Service) Keys() *zkpass.KeySet { return s.keys }

// Jobs returns how many jobs the service has.
func (s *Service) Jobs() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.jobs)
}

// Accepted returns how many jobs the service has ever had.
func (s *Service) Accepted() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accepted
}

func authenticated(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		key, secret, _ := r.BasicAuth()
		if key+":"+secret != APIKey {
			refuse(w, zkpass.NewProblem(http.StatusUnauthorized, zkpass.ProblemUnauthorized, "want a key and its secret"))
			return
		}
		next(w, r)
	}
}

func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

func refuse(w http.ResponseWriter, p *zkpass.Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

func (s *Service) submit(w http.ResponseWriter, r *http.Request) {
	var request struct {
		UserData string `json:"user_data_token"`
		DVR      string `json:"dvr_token"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 512<<10)).Decode(&request); err != nil {
		refuse(w, zkpass.NewProblem(http.StatusBadRequest, zkpass.ProblemMalformed, "the body"))
		return
	}
	id := rand.Text()
	j := &job{done: make(chan struct{}), state: "queued"}
	s.mu.Lock()
	s.jobs[id] = j
	s.accepted++
	s.mu.Unlock()
	go s.work(j, request.UserData, request.DVR)
	s.tell(w, id, j)
}

// work does a job.
func (s *Service) work(j *job, userData, dvr string) {
	s.proving.Lock()
	defer s.proving.Unlock()
	token, err := s.prove(j, userData, dvr)
	s.mu.Lock()
	defer s.mu.Unlock()
	j.token = token
	if err != nil {
		j.problem = problemOf(err)
	}
	close(j.done)
}

func (s *Service) prove(j *job, userData, dvr string) (string, error) {
	text, err := zkpass.DecryptJWEToken(s.encryption, userData)
	if err != nil {
		return "", err
	}
	request, err := zkpass.DecryptJWEToken(s.encryption, dvr)
	if err != nil {
		return "", err
	}
	documents, err := zkpass.ParseUserData(text)
	if err != nil {
		return "", err
	}
	result, err := local.Prove(context.Background(), request, documents, local.Options{Now: s.now, Progress: func(step string, done, total int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		j.state, j.step, j.at = "proving", step, float64(done)/float64(total)
	}})
	if err != nil {
		return "", err
	}
	return zkpass.SignProof(result.Proof, s.signing)
}

// problemOf tells the kinds apart that tests look for.
func problemOf(err error) *zkpass.Problem {
	code := zkpass.ProblemTokens
	switch {
	case errors.Is(err, zkpass.ErrSignature):
		code = zkpass.ProblemSignature
	case errors.Is(err, zkpass.ErrExpired):
		code = zkpass.ProblemExpired
	case errors.Is(err, query.ErrUndisclosed):
		code = zkpass.ProblemUndisclosed
	case errors.Is(err, query.ErrEval):
		code = zkpass.ProblemEvaluation
	}
	return zkpass.NewProblem(http.StatusUnprocessableEntity, code, err.Error())
}

// status answers a poll, after as many seconds as it asks for if the job goes on.
func (s *Service) status(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	s.mu.Lock()
	j := s.jobs[id]
	s.mu.Unlock()
	if j == nil {
		refuse(w, zkpass.NewProblem(http.StatusNotFound, zkpass.ProblemNotFound, "no such job"))
		return
	}
	seconds, _ := strconv.Atoi(r.URL.Query().Get("wait"))
	timer := time.NewTimer(time.Duration(min(seconds, 60)) * time.Second)
	defer timer.Stop()
	select {
	case <-j.done:
	case <-timer.C:
	case <-r.Context().Done():
	}
	s.tell(w, id, j)
}

func (s *Service) tell(w http.ResponseWriter, id string, j *job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	location := "/api/status/" + id
	w.Header().Set("Location", location)
	select {
	case <-j.done:
		if j.problem != nil {
			refuse(w, j.problem)
			return
		}
		answer(w, http.StatusOK, map[string]any{"status": 200, "proof": j.token, "output": j.token})
	default:
		answer(w, http.StatusAccepted, map[string]any{"status": 202, "queue_status_url": location, "state": j.state, "step": j.step, "progress": j.at, "ahead": 0})
	}
}

func (s *Service) forget(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.jobs, r.PathValue("id"))
	w.WriteHeader(http.StatusNoContent)
}
