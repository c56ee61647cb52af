package worker

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/service/job"
)

// A worker fetches key sets from allowed hosts and nothing else: not the document
// from user_data_url, which is for the holder's app, and no key set that a token's
// own header names when the request gives the key.
func TestLine27OnlyKeySetsAreFetched(t *testing.T) {
	b := newBench(t)
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	b.run(t, Config{Resolver: &zkpass.KeyFetcher{AllowedHosts: []string{u.Host}}})
	token, err := zkpass.SignDataToJWSToken(b.issuer, []byte(`{"age":30}`), zkpass.WithKeySetURL(server.URL+"/jwks"))
	if err != nil {
		t.Fatal(err)
	}
	userData, err := zkpass.MarshalUserData(map[string]string{"": token})
	if err != nil {
		t.Fatal(err)
	}
	prove := func(key zkpass.KeyOption) *job.Outcome {
		dvr := b.dvr(t, agesQuery, zkpass.Claims{}, func(d *zkpass.DVR) {
			document := server.URL + "/document"
			d.Requests = map[string]zkpass.UserDataRequest{"": {URL: &document, VerifyingKey: key}}
		})
		return b.await(t, b.submit(t, b.encrypt(t, userData), b.encrypt(t, dvr)))
	}
	if outcome := prove(b.issuer.Public().Option()); outcome.Problem != nil || asked.Load() != 0 {
		t.Errorf("got %+v after %d requests, want a proof without any", outcome.Problem, asked.Load())
	}
	// The key set of the request is fetched: the server would have been asked.
	endpoint := zkpass.KeyOption{KeysetEndpoint: &zkpass.KeysetEndpoint{JKU: server.URL + "/jwks", KID: "k"}}
	if outcome := prove(endpoint); outcome.Problem == nil || asked.Load() != 1 {
		t.Errorf("got %+v after %d requests, want a problem after one", outcome.Problem, asked.Load())
	}
}
