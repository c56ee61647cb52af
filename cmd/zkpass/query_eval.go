package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/document"
)

func newQueryEval() *cobra.Command {
	var userData []string
	cmd := &cobra.Command{
		Use:   "eval -u [tag:]DATA... FILE",
		Short: "evaluate a query over user data, without any proof",
		Long: `Evaluates a query over user data and prints the outputs as one line of JSON:
those that a proof would have, by the same rules. Where this fails there is no
proof either. The bytes of each DATA file stand for the member "data" of a token.`,
		Example: `  zkpass query eval -u user-data.json query.json
  zkpass query eval -u bank:account.json -u tax:return.json loan.json --now 2026-03-01T12:00:00Z`,
		Args: wantArgs("FILE"),
	}
	cmd.Flags().StringArrayVarP(&userData, "user-data", "u", nil, "file with the data of a document, [tag:]FILE; may be repeated")
	now := addNow(cmd, "evaluation time")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := needFlags(cmd, "user-data"); err != nil {
			return err
		}
		at, err := parseNow(*now)
		if err != nil {
			return err
		}
		documents, err := readDocuments(userData)
		if err != nil {
			return err
		}
		formats := make(map[string]zkpass.Format, len(documents))
		for tag := range documents {
			formats[tag] = zkpass.FormatZKPass
		}
		program, _, err := readQuery(args[0], formats)
		if err != nil {
			return err
		}
		outputs, err := program.Eval(documents, at)
		if err != nil {
			return fmt.Errorf("%s: %w", args[0], err)
		}
		return printLine(cmd, string(outputs.JSON))
	}
	return cmd
}

// readDocuments reads the values of -u into the payloads that tokens of them
// would have.
func readDocuments(userData []string) (map[string]*document.Document, error) {
	files, err := parseAllTagged("user-data", userData)
	if err != nil {
		return nil, err
	}
	if err := checkTags("user-data", sortedKeys(files)); err != nil {
		return nil, err
	}
	documents := make(map[string]*document.Document, len(files))
	for _, tag := range sortedKeys(files) {
		data, err := readData(files[tag], zkpass.MaxPayload)
		if err != nil {
			return nil, hintAtTag(err, tag, files[tag])
		}
		// Alone first: together with the rest it could close the object around it.
		if _, err := document.ParseValue(data, zkpass.MaxPayload, document.MaxDepth-1); err != nil {
			return nil, fmt.Errorf("%s: %w", files[tag], err)
		}
		payload, err := document.Parse([]byte(`{"data":` + string(data) + `}`))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", files[tag], err)
		}
		documents[tag] = payload
	}
	return documents, nil
}
