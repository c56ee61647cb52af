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

//go:embed openapi.yaml
var openapi []byte

// documentAge is how long a client may keep the description of the API.
const documentAge = time.Hour

// document is the description of the API in its two forms.
type document struct {
	yaml, json         []byte
	yamlETag, jsonETag string
}

func newDocument() (*document, error) {
	var tree any
	if err := yaml.Unmarshal(openapi, &tree); err != nil {
		return nil, fmt.Errorf("reading openapi.yaml: %w", err)
	}
	text, err := json.Marshal(tree)
	if err != nil {
		return nil, fmt.Errorf("converting openapi.yaml: %w", err)
	}
	return &document{yaml: openapi, json: text, yamlETag: etagOf(openapi), jsonETag: etagOf(text)}, nil
}

func etagOf(text []byte) string {
	sum := sha256.Sum256(text)
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}

func (d *document) serveYAML(x *exchange) { x.sendCached(typeYAML, d.yaml, d.yamlETag, documentAge) }

func (d *document) serveJSON(x *exchange) { x.sendCached(typeJSON, d.json, d.jsonETag, documentAge) }
