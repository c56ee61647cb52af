package app

import (
	"encoding/json"
	"net/http"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
)

// The proof in the customer's browser. The page signs in at the provider as a public
// client, with PKCE, and gets the code in the fragment of an address, which browsers send
// to nobody; it exchanges the code for the ID token, keeps that for the tab, explains,
// proves, and sends the proof. This server makes the pages and never sees the token.

// SignedInPath is where the provider sends browsers back to that prove themselves.
const SignedInPath = "/signed-in"

// signInPlan is what assets/sign-in.js needs to send the browser to the provider.
type signInPlan struct {
	Transaction string `json:"transaction"`
	Path        string `json:"path"` // of the transaction's pages
	Authorize   string `json:"authorize"`
	Client      string `json:"client"`
	Redirect    string `json:"redirect"`
	Scope       string `json:"scope"`
	Nonce       string `json:"nonce"`
}

// exchangePlan is what assets/signed-in.js needs to get the ID token.
type exchangePlan struct {
	Issuer   string `json:"issuer"`
	Token    string `json:"token"`
	Client   string `json:"client"`
	Redirect string `json:"redirect"`
}

// provePlan is what assets/prove.js needs to explain and prove.
type provePlan struct {
	Transaction string                     `json:"transaction"`
	Path        string                     `json:"path"`
	SDK         string                     `json:"sdk"`
	Request     string                     `json:"request"`
	KeySets     map[string]json.RawMessage `json:"keySets"` // by the URL that the request names
	Asked       []string                   `json:"asked"`   // claims that the question looks at
	Technical   []string                   `json:"technical"`
	Claims      map[string]string          `json:"claims"` // names of claims, for people
	Steps       map[string]string          `json:"steps"`  // steps of proving, for people
	Other       string                     `json:"other"`  // of a step without a name
	Missing     string                     `json:"missing"`
}

func (a *App) signInPlan(r *http.Request, t *transaction) (*signInPlan, error) {
	provider, err := a.party.discover(r.Context())
	if err != nil {
		return nil, err
	}
	nonce := t.dvr.Claims.LoginNonce
	if nonce == "" {
		nonce = web.RandomText()
	}
	return &signInPlan{
		Transaction: t.id, Path: RequestsPath + "/" + t.id, Authorize: provider.Endpoint().AuthURL, Client: a.options.ClientID,
		Redirect: a.options.Origin + SignedInPath, Scope: scope, Nonce: nonce,
	}, nil
}

// showSignedIn is where the provider sends the browser back to.
func (a *App) showSignedIn(w http.ResponseWriter, r *http.Request) {
	provider, err := a.party.discover(r.Context())
	if err != nil {
		a.refuse(w, r, errProviderDown, nil)
		return
	}
	token := provider.Endpoint().TokenURL
	if origin, err := zkpass.Origin(token); err == nil {
		web.Allow(w, "connect-src", origin)
	}
	a.show(w, r, http.StatusOK, "signed-in", web.Say("signedin.title"), plan(exchangePlan{
		Issuer: a.options.Issuer, Token: token, Client: a.options.ClientID, Redirect: a.options.Origin + SignedInPath,
	}))
}

// plan is the text of a plan, for an attribute of a page.
func plan(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // texts only
	}
	return string(text)
}

// showProvingPage asks for consent and proves, all in the browser.
func (a *App) showProvingPage(w http.ResponseWriter, r *http.Request, _ *web.Session[visitor], t *transaction) {
	if t.look().state != asked || a.sdk == nil {
		http.Redirect(w, r, RequestsPath+"/"+t.id, http.StatusSeeOther)
		return
	}
	if t.expired(a.now()) {
		a.refuse(w, r, zkpass.ErrExpired, t)
		return
	}
	words := a.words.For(r)
	keys, err := a.keySets(r, t)
	if err != nil {
		a.refuse(w, r, err, t)
		return
	}
	x, err := a.explain(words, t.question, "")
	if err != nil {
		a.fail(w, r, err)
		return
	}
	made := provePlan{
		Transaction: t.id, Path: RequestsPath + "/" + t.id, SDK: a.sdk.prefix + "sdk.js", Request: t.token, KeySets: keys,
		Technical: technicalClaims, Claims: claimNames(words), Steps: make(map[string]string),
	}
	for _, read := range x.Told.Reads {
		made.Asked = append(made.Asked, read.Path)
	}
	for step, key := range stepKeys {
		if made.Steps[step], err = words.T(key); err != nil {
			a.fail(w, r, err)
			return
		}
	}
	if made.Other, err = words.T("step.other"); err != nil {
		a.fail(w, r, err)
		return
	}
	if made.Missing, err = words.T("consent.missing"); err != nil {
		a.fail(w, r, err)
		return
	}
	p := a.stepPage(t)
	p.Explanation, p.Plan, p.Way = x, plan(made), "page"
	allowProving(w)
	web.FormsTo(w, t.partner.Origin)
	a.show(w, r, http.StatusOK, "consent", web.Say("consent.title", "partner", t.partner.Name), p)
}

// keySets are those that the request names: the page takes them from here, so that
// neither the shop nor the provider need let pages fetch them.
func (a *App) keySets(r *http.Request, t *transaction) (map[string]json.RawMessage, error) {
	sets := make(map[string]json.RawMessage)
	for _, key := range []*zkpass.KeysetEndpoint{t.dvr.DVR.VerifyingKey.KeysetEndpoint, t.dvr.DVR.Requests[""].VerifyingKey.KeysetEndpoint} {
		set, err := a.fetcher.KeySet(r.Context(), key.JKU)
		if err != nil {
			return nil, err
		}
		text, err := set.MarshalJSON()
		if err != nil {
			return nil, err
		}
		sets[key.JKU] = text
	}
	return sets, nil
}

// problemOf is the error that a page's script tells of by a code: one of problem details
// or of the npm package.
func problemOf(code string) error {
	switch code {
	case "login":
		return errLogin
	case "provider":
		return errProviderDown
	case "not-loaded", "out-of-memory", "internal":
		return errBrowser
	case "cannot-tell":
		return zkpass.ErrFetch
	}
	return zkpass.NewProblem(0, zkpass.ProblemCode(code), "")
}

// scope is what the app asks the provider for.
const scope = oidc.ScopeOpenID + " profile email"
