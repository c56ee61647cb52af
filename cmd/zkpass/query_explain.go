package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/document"
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm"
)

// usualPayload is the size of a payload in bytes that costs are told for, unless
// the user says more: an ID token with a dozen claims.
const usualPayload = 576

func newQueryExplain() *cobra.Command {
	var flags queryFlags
	cmd := &cobra.Command{
		Use:   "explain FILE",
		Short: "say in words what a query asks and what its answer reveals",
		Long: `Says in words what a query reads, what it asks, what the verifier learns from
each outcome, and what it costs to prove. On standard error it warns of what the
author may have missed, as query check does: with --json these are in the member
advice, which is not for those whose documents are read. The cost is for documents
whose payloads are of the size given with --payload, signed with the algorithm given
with --alg. docs/query-language.md
describes the JSON.`,
		Example: `  zkpass query explain query.json
  zkpass query explain query.json --json
  zkpass query explain query.json --language id
  zkpass query explain query.json --format jwt --payload 2000 --alg RS256
  zkpass query explain loan.json --tags bank,tax --alg bank:RS256-4096 --alg tax:ES256`,
		Args: wantArgs("FILE"),
	}
	flags.add(cmd)
	asJSON := cmd.Flags().Bool("json", false, "print JSON, for apps that show it to their users")
	language := cmd.Flags().String("language", string(query.English), "language of the words: en or id")
	payload := cmd.Flags().Int("payload", usualPayload, "size of the documents' payloads in bytes, for the cost")
	algs := cmd.Flags().StringArray("alg", nil, "algorithm that documents are signed with, for the cost, [tag:]ALG: "+issuerAlgs+" (default ES256)")
	completeWith(cmd, "alg", issuerAlgNames...)
	completeWith(cmd, "language", string(query.English), string(query.Indonesian))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *payload < 1 || *payload > zkvm.MaxPayload {
			return fmt.Errorf("--payload: want 1 to %d bytes, not %d", zkvm.MaxPayload, *payload)
		}
		if !slices.Contains(query.Languages(), query.Language(*language)) {
			return fmt.Errorf("--language: want en or id, not %q", *language)
		}
		program, err := flags.read(args[0])
		if err != nil {
			return err
		}
		tags := map[string]bool{}
		for _, d := range program.Documents {
			tags[d.Tag] = true
		}
		signed, err := parseIssuerAlgs(*algs, tags)
		if err != nil {
			return err
		}
		cost, err := newQueryCost(program, *payload, signed)
		if err != nil {
			return err
		}
		explanation := query.ExplainIn(query.Language(*language), program)
		if *asJSON {
			return printJSON(cmd, struct {
				query.Explanation
				Cost *queryCost `json:"cost"`
			}{explanation, cost})
		}
		if err := printLine(cmd, strings.TrimRight(explanation.String(), "\n")+"\n"+cost.words(program)); err != nil {
			return err
		}
		advise(cmd, args[0], explanation.Advice)
		return nil
	}
	return cmd
}

// queryCost is what it costs to prove a query over payloads of one size.
type queryCost struct {
	PayloadBytes  int                `json:"payload_bytes"` // the largest payload of this cost
	Algorithms    map[string]string  `json:"algorithms"`    // by tag, with the size of RSA keys
	ZkVM          string             `json:"zkvm"`
	ProofBytes    int                `json:"proof_bytes"`
	SoundnessBits float64            `json:"soundness_bits"`
	Work          float64            `json:"work"` // processor time to prove it; see libzk.Load.Work
	Circuits      []queryCostCircuit `json:"circuits"`
	Unsupported   string             `json:"unsupported,omitempty"` // why there is no proof of it in this version; the rest is zero

	signed string // the algorithms in words
}

type queryCostCircuit struct {
	Name   string `json:"name"`
	Field  string `json:"field"`
	Copies int    `json:"copies"`
	Gates  int    `json:"gates"`
	Layers int    `json:"layers"`
}

func newQueryCost(program *query.Program, payload int, signed issuerAlgOf) (*queryCost, error) {
	open := 1
	for _, path := range program.Paths {
		open = max(open, min(len(path.Steps), document.MaxDepth))
	}
	class, err := zkvm.ClassFor(payload, open)
	if err != nil {
		return nil, err
	}
	estimate, err := zkvm.EstimateCost(program, class, signed.samples(program)...)
	cost := &queryCost{
		PayloadBytes: class.Bytes, Algorithms: map[string]string{}, ZkVM: zkpass.LibZK, Circuits: []queryCostCircuit{},
		signed: signed.words(program),
	}
	for _, d := range program.Documents {
		cost.Algorithms[d.Tag] = signed.of(d.Tag).String()
	}
	if errors.Is(err, zkvm.ErrUnsupported) {
		cost.Unsupported = err.Error()
		return cost, nil
	}
	if err != nil {
		return nil, fmt.Errorf("estimating the cost: %w", err)
	}
	cost.ProofBytes, cost.SoundnessBits, cost.Work = estimate.Bytes, math.Round(estimate.Bits*10)/10, math.Round(estimate.Load.Work()*100)/100
	for _, c := range estimate.Circuits {
		cost.Circuits = append(cost.Circuits, queryCostCircuit{c.Name, fmt.Sprint(c.Field), c.Copies, c.Gates, c.Layers})
	}
	return cost, nil
}

func (c *queryCost) words(program *query.Program) string {
	if c.Unsupported != "" {
		return "There is no proof of it in this version: " + c.Unsupported
	}
	var b strings.Builder
	each := "the payload has"
	if len(program.Documents) > 1 {
		each = "each payload has"
	}
	fmt.Fprintf(&b, "To prove it, where %s up to %d bytes and is signed with %s:\n", each, c.PayloadBytes, c.signed)
	fmt.Fprintf(&b, "  a proof of about %s, with %.0f bits of soundness\n", inKB(c.ProofBytes), c.SoundnessBits)
	fmt.Fprintf(&b, "  work of %.1f, which is 1 for a document of 0.5 KiB\n", c.Work)
	fmt.Fprintf(&b, "  the circuits of %s:", c.ZkVM)
	for _, circuit := range c.Circuits {
		fmt.Fprintf(&b, "\n    %s over %s: %d × %s in %s", circuit.Name, circuit.Field, circuit.Copies, plural(circuit.Gates, "gate"), plural(circuit.Layers, "layer"))
	}
	return b.String()
}
