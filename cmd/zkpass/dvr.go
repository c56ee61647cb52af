package main

import "github.com/spf13/cobra"

func newDVR() *cobra.Command {
	return newGroup(&cobra.Command{
		Use:     "dvr",
		Short:   "make data verification requests",
		Example: `  zkpass dvr create --key verifier.jwk --title "Over 18" --query query.json --issuer issuer.jwks.json`,
	}, newDVRCreate())
}
