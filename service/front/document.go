package front

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"go.yaml.in/yaml/v3"
)

// The descriptions of the APIs of a service and of a verifier.
var (
	//go:embed openapi.yaml
	openapi []byte
	//go:embed verifier.yaml
	verifierAPI []byte
)

// documentAge is how long a client may keep the description of the API.
const documentAge = time.Hour

// document is the description of the API in its two forms.
type document struct {
	yaml, json         []byte
	yamlETag, jsonETag string
}

func newDocument(source []byte) (*document, error) {
	var tree any
	if err := yaml.Unmarshal(source, &tree); err != nil {
		return nil, fmt.Errorf("reading the description of the API: %w", err)
	}
	text, err := json.Marshal(tree)
	if err != nil {
		return nil, fmt.Errorf("converting the description of the API: %w", err)
	}
	return &document{yaml: source, json: text, yamlETag: etagOf(source), jsonETag: etagOf(text)}, nil
}

func etagOf(text []byte) string {
	sum := sha256.Sum256(text)
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}

func (d *document) serveYAML(x *exchange) { x.sendCached(typeYAML, d.yaml, d.yamlETag, documentAge) }

func (d *document) serveJSON(x *exchange) { x.sendCached(typeJSON, d.json, d.jsonETag, documentAge) }
