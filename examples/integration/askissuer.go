package integration

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// AskIssuer asks the issuer itself about a customer, and applies the answer. url is the
// issuer's address for requests, accessToken what the customer has granted there.
func (v *Verifier) AskIssuer(ctx context.Context, c *Customer, url, accessToken string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	request, err := v.newRequest(ctx, c, "", "")
	if err != nil {
		return false, err
	}
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(request.Token))
	if err != nil {
		return false, err
	}
	post.Header.Set("Content-Type", "application/jwt")
	post.Header.Set("Authorization", "Bearer "+accessToken)
	response, err := direct.Do(post)
	if err != nil {
		return false, fmt.Errorf("asking the issuer: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return false, fmt.Errorf("asking the issuer: it answered with status %d", response.StatusCode)
	}
	proof, err := io.ReadAll(http.MaxBytesReader(nil, response.Body, maxProof))
	if err != nil {
		return false, fmt.Errorf("reading the issuer's answer: %w", err)
	}
	return v.accept(ctx, c.ID, proof)
}
