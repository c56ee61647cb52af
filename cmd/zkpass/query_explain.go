package main

import (
	"errors"
	"fmt"
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
each outcome, and what it costs to prove. It warns of what the author may have
missed, such as an ID token whose expiry nobody looks at: tell it with
--format jwt that a document is one. The cost is for documents whose payloads
are of the size given with --payload.`,
		Example: `  zkpass query explain query.json
  zkpass query explain query.json --format jwt --payload 2000`,
		Args: wantArgs("FILE"),
	}
	flags.add(cmd)
	payload := cmd.Flags().Int("payload", usualPayload, "size of the documents' payloads in bytes, for the cost")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *payload < 1 || *payload > zkvm.MaxPayload {
			return fmt.Errorf("--payload: want 1 to %d bytes, not %d", zkvm.MaxPayload, *payload)
		}
		program, err := flags.read(args[0])
		if err != nil {
			return err
		}
		cost, err := costWords(program, *payload)
		if err != nil {
			return err
		}
		return printLine(cmd, strings.TrimRight(query.Explain(program).String(), "\n")+"\n"+cost)
	}
	return cmd
}

// costWords says what it costs to prove a query over payloads of one size.
func costWords(program *query.Program, payload int) (string, error) {
	open := 1
	for _, path := range program.Paths {
		open = max(open, min(len(path.Steps), document.MaxDepth))
	}
	class, err := zkvm.ClassFor(payload, open)
	if err != nil {
		return "", err
	}
	cost, err := zkvm.EstimateCost(program, class)
	if errors.Is(err, zkvm.ErrUnsupported) {
		return fmt.Sprintf("There is no proof of it in this version: %v", err), nil
	}
	if err != nil {
		return "", fmt.Errorf("estimating the cost: %w", err)
	}
	var b strings.Builder
	each := "the payload has"
	if len(program.Documents) > 1 {
		each = "each payload has"
	}
	fmt.Fprintf(&b, "To prove it, where %s up to %d bytes:\n", each, class.Bytes)
	fmt.Fprintf(&b, "  a proof of about %s, with %.0f bits of soundness\n", inKB(cost.Bytes), cost.Bits)
	fmt.Fprintf(&b, "  the circuits of %s:", zkpass.LibZK)
	for _, c := range cost.Circuits {
		fmt.Fprintf(&b, "\n    %s over %s: %d × %s in %s", c.Name, c.Field, c.Copies, plural(c.Gates, "gate"), plural(c.Layers, "layer"))
	}
	return b.String(), nil
}
