package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass/service"
	"github.com/zkpass-go/zkpass/service/apikey"
	"github.com/zkpass-go/zkpass/service/job"
)

func newAPIKey() *cobra.Command {
	return newGroup(&cobra.Command{
		Use:   "apikey",
		Short: "manage who may use a service",
		Long: `Makes, lists and revokes the API keys of a service, given by its data directory or
its NATS cluster. It may be running.`,
		Example: `  zkpass apikey create --data-dir /var/lib/zkpass --name "the app"
  zkpass apikey list --data-dir /var/lib/zkpass
  zkpass apikey revoke --data-dir /var/lib/zkpass KEY`,
	}, newAPIKeyCreate(), newAPIKeyList(), newAPIKeyRevoke())
}

// apiKeyFlags say where a service keeps its API keys.
type apiKeyFlags struct{ service serviceFlags }

func (f *apiKeyFlags) declare(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.service.text(flags, "data-dir", "directory of a service that runs alone", func(c *service.Config, v string) { c.DataDir = v })
	f.service.text(flags, "nats", "URL of the NATS cluster of a spread service", func(c *service.Config, v string) { c.NATS.URL = v })
	flags.StringVar(&f.service.file, "config", "", "YAML file with the service's configuration")
}

// in calls use with the API keys of a service that is there. A mistyped directory
// has no service, and must not get one.
func (f *apiKeyFlags) in(cmd *cobra.Command, use func(context.Context, apikey.Store) error) error {
	c, err := f.service.config()
	if err != nil {
		return err
	}
	if c.DataDir != "" {
		if _, err := os.Stat(c.DataDir); err != nil {
			return fmt.Errorf("no service in %s: %w", c.DataDir, err)
		}
	}
	return f.with(cmd, use)
}

// with calls use with the API keys of a service, which is made if there is none.
func (f *apiKeyFlags) with(cmd *cobra.Command, use func(context.Context, apikey.Store) error) error {
	c, err := f.service.config()
	if err != nil {
		return err
	}
	if c.DataDir == "" && c.NATS.URL == "" {
		return usageError(cmd, errors.New("flag --data-dir or --nats is missing"))
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), 30*time.Second)
	defer cancel()
	store, closeStore, err := service.OpenAPIKeys(ctx, c)
	if err != nil {
		return err
	}
	defer closeStore()
	return use(ctx, store)
}

func newAPIKeyCreate() *cobra.Command {
	var f apiKeyFlags
	var name string
	var scopes []string
	var expires lifetime
	var out string
	var weight float64
	var running int
	cmd := &cobra.Command{
		Use:   "create",
		Short: "make an API key",
		Long: `Makes an API key and prints key and secret, once: the service keeps a hash of the
secret. Clients send them as user name and password of HTTP Basic, the other
commands take them as KEY:SECRET, or as @FILE where FILE has what this prints. --out
writes it into a new file of mode 0600.`,
		Example: `  zkpass apikey create --data-dir /var/lib/zkpass --name "the app" --out app.key
  zkpass apikey create --data-dir /var/lib/zkpass --expires 365d
  zkpass apikey create --nats nats://nats-1:4222 --scope metrics`,
		Args: wantArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			options := apikey.Options{Name: name, Scopes: scopes, Weight: weight, Running: running}
			if cmd.Flags().Changed("expires") {
				if expires <= 0 {
					return usageError(cmd, fmt.Errorf("flag --expires: %s, want a time to come", &expires))
				}
				options.Expires = time.Now().Add(time.Duration(expires))
			}
			if _, err := os.Lstat(out); out != "" && out != stdinName && err == nil {
				return withHint(fmt.Errorf("--out: %s is there already, and may be the only copy of a secret", out), "choose a new name, or move the file away")
			}
			return f.with(cmd, func(ctx context.Context, store apikey.Store) error {
				key, secret, err := apikey.Create(ctx, store, options)
				if err != nil {
					return err
				}
				text, err := json.Marshal(struct {
					Key    string `json:"key"`
					Secret string `json:"secret"`
				}{key.Key, secret})
				if err != nil {
					return err
				}
				return writeResult(cmd, out, string(text))
			})
		},
	}
	f.declare(cmd)
	addOut(cmd, &out)
	cmd.Flags().StringVar(&name, "name", "", "what the key is for, for your own lists")
	cmd.Flags().StringSliceVar(&scopes, "scope", []string{apikey.ScopeProve}, "what it may do: prove, metrics; at a verifier request, verify; may be repeated")
	completeWith(cmd, "scope", apikey.ScopeProve, apikey.ScopeMetrics, apikey.ScopeRequest, apikey.ScopeVerify)
	cmd.Flags().Float64Var(&weight, "weight", 0, "its turns for each one of other keys, 0.001 to 1000 (default 1)")
	cmd.Flags().IntVar(&running, "running", 0, "how many of its jobs may be proven at once (default: that of the service)")
	cmd.Flags().Var(&expires, "expires", "how long it is good, such as 12h or 365d (default: for ever)")
	return cmd
}

func newAPIKeyList() *cobra.Command {
	var f apiKeyFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "list API keys",
		Example: "  zkpass apikey list --data-dir /var/lib/zkpass",
		Args:    wantArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.in(cmd, func(ctx context.Context, store apikey.Store) error {
				keys, err := store.List(ctx)
				if err != nil {
					return err
				}
				slices.SortFunc(keys, func(a, b apikey.Key) int { return a.Created.Compare(b.Created) })
				if asJSON {
					text, err := json.Marshal(keys)
					if err != nil {
						return err
					}
					return printLine(cmd, string(text))
				}
				return printKeys(cmd, keys)
			})
		},
	}
	f.declare(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// printKeys prints a table of keys.
func printKeys(cmd *cobra.Command, keys []apikey.Key) error {
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "KEY\tNAME\tSCOPES\tCREATED\tEXPIRES")
	for _, key := range keys {
		expires := "never"
		if !key.Expires.IsZero() {
			expires = key.Expires.UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", key.Key, key.Name, strings.Join(key.Scopes, ","), key.Created.UTC().Format(time.RFC3339), expires)
	}
	return table.Flush()
}

func newAPIKeyRevoke() *cobra.Command {
	var f apiKeyFlags
	var jobs bool
	cmd := &cobra.Command{
		Use:   "revoke KEY",
		Short: "revoke an API key",
		Long: `Revokes an API key. A running service refuses it within a second. Its jobs run on,
though nobody can read their results any more; with --jobs they are ended and removed.`,
		Example: "  zkpass apikey revoke --data-dir /var/lib/zkpass KEY\n  zkpass apikey revoke --data-dir /var/lib/zkpass --jobs KEY",
		Args:    wantArgs("KEY"),
		RunE: func(cmd *cobra.Command, args []string) error {
			err := f.in(cmd, func(ctx context.Context, store apikey.Store) error {
				if err := store.Revoke(ctx, args[0]); err != nil {
					return err
				}
				note(cmd, "revoked")
				return nil
			})
			// Its jobs may be what is left of a key that was revoked before.
			if !jobs || err != nil && !errors.Is(err, apikey.ErrUnknown) {
				return err
			}
			ended := f.withJobs(cmd, func(ctx context.Context, queue *job.Queue, _ map[string]string) error {
				return endJobs(ctx, cmd, queue, args[0], true)
			})
			if errors.Is(ended, job.ErrNoQueue) { // nor can there be jobs
				ended = nil
			}
			return errors.Join(err, ended)
		},
	}
	f.declare(cmd)
	cmd.Flags().BoolVar(&jobs, "jobs", false, "end its jobs too, and remove its results")
	return cmd
}
