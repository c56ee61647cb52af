package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/zkpass-go/zkpass/service"
	"github.com/zkpass-go/zkpass/service/job"
)

func newJob() *cobra.Command {
	return newGroup(&cobra.Command{
		Use:   "job",
		Short: "look after the jobs of a service",
		Long: `Lists, ends and purges the jobs of a service by API key, and changes the settings that
its processes share. The service, given by its data directory or its NATS cluster, may be
running.`,
		Example: `  zkpass job list --data-dir /var/lib/zkpass
  zkpass job end --data-dir /var/lib/zkpass KEY
  zkpass job purge --nats nats://nats-1:4222 KEY`,
	}, newJobConfigure(), newJobEnd(false), newJobList(), newJobEnd(true))
}

// withJobs calls use with the queue of a service, and with the names of its API keys as
// jobs have them.
func (f *apiKeyFlags) withJobs(cmd *cobra.Command, use func(context.Context, *job.Queue, map[string]string) error) error {
	c, err := f.service.config()
	if err != nil {
		return err
	}
	if c.DataDir == "" && c.NATS.URL == "" {
		return usageError(cmd, errors.New("flag --data-dir or --nats is missing"))
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), 10*time.Minute)
	defer cancel()
	queue, closeQueue, err := service.OpenJobs(ctx, c)
	if err != nil {
		return err
	}
	defer closeQueue()
	store, closeStore, err := service.OpenAPIKeys(ctx, c)
	if err != nil {
		return err
	}
	defer closeStore()
	keys, err := store.List(ctx)
	if err != nil {
		return err
	}
	names := make(map[string]string, len(keys))
	for _, key := range keys {
		names[job.OwnerName(key.Key)] = key.Key
	}
	return use(ctx, queue, names)
}

// holding is a line of the list.
type holding struct {
	Key     string    `json:"key,omitempty"` // none if it is revoked
	Owner   string    `json:"owner"`
	Queued  int       `json:"queued"`
	Proving int       `json:"proving"`
	Results int       `json:"results"`
	Bytes   int64     `json:"bytes"`
	Oldest  time.Time `json:"oldest,omitzero"`
}

func newJobList() *cobra.Command {
	var f apiKeyFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "list what API keys have queued, running and stored",
		Long: `Lists by API key how many jobs are queued and being proven, how many results are kept,
and what all of it takes. A key that was revoked is named by the hash that its jobs are
filed under, which end and purge take too.`,
		Example: "  zkpass job list --data-dir /var/lib/zkpass",
		Args:    wantArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.withJobs(cmd, func(_ context.Context, queue *job.Queue, names map[string]string) error {
				list := []holding{}
				for _, h := range queue.Holdings() {
					list = append(list, holding{names[h.Owner], h.Owner, h.Queued, h.Proving, h.Results, h.Bytes, h.Oldest})
				}
				if asJSON {
					text, err := json.Marshal(list)
					if err != nil {
						return err
					}
					return printLine(cmd, string(text))
				}
				table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(table, "KEY\tQUEUED\tPROVING\tRESULTS\tSTORED\tOLDEST")
				for _, h := range list {
					key, oldest := h.Key, "-"
					if key == "" {
						key = h.Owner + " (revoked)"
					}
					if !h.Oldest.IsZero() {
						oldest = h.Oldest.UTC().Format(time.RFC3339)
					}
					fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%s\t%s\n", key, h.Queued, h.Proving, h.Results, inKB(int(h.Bytes)), oldest)
				}
				return table.Flush()
			})
		},
	}
	f.declare(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// newJobEnd makes the command that ends jobs or, with purge, results too.
func newJobEnd(purge bool) *cobra.Command {
	var f apiKeyFlags
	name, short, long := "end", "end the unfinished jobs of an API key", "Ends the jobs of an API key that are queued or being proven, as its owner could by deleting them. Results stay."
	if purge {
		name, short, long = "purge", "end the jobs of an API key and remove its results", "Ends the unfinished jobs of an API key and removes the results of those that have ended."
	}
	cmd := &cobra.Command{
		Use:     name + " KEY",
		Short:   short,
		Long:    long + "\nKEY is the name of the key, or the hash that zkpass job list shows for one that was revoked.",
		Example: "  zkpass job " + name + " --data-dir /var/lib/zkpass KEY",
		Args:    wantArgs("KEY"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.withJobs(cmd, func(ctx context.Context, queue *job.Queue, _ map[string]string) error {
				return endJobs(ctx, cmd, queue, args[0], purge)
			})
		},
	}
	f.declare(cmd)
	return cmd
}

// endJobs ends the jobs of a key, given by its name or its hash.
func endJobs(ctx context.Context, cmd *cobra.Command, queue *job.Queue, key string, purge bool) error {
	owner := job.OwnerName(key)
	if len(key) == len(owner) { // no name of a key is as long
		owner = key
	}
	n, err := queue.End(ctx, owner, purge)
	if err != nil {
		return err
	}
	note(cmd, "ended %s", plural(n, "job"))
	return nil
}

func newJobConfigure() *cobra.Command {
	var f apiKeyFlags
	cmd := &cobra.Command{
		Use:   "configure",
		Short: "change the settings that all processes of a service share",
		Long: `Stores the settings of a configuration that front ends and workers of a service have to
agree on: jobs.max_queued, jobs.max_per_key, jobs.max_attempts, jobs.redelivery,
jobs.result_ttl and space. Those that run keep theirs until they are restarted; those that
start with others are refused.`,
		Example: "  zkpass job configure --nats nats://nats-1:4222 --config front.yaml",
		Args:    wantArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := f.service.config()
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), time.Minute)
			defer cancel()
			if err := service.StoreSettings(ctx, c); err != nil {
				return err
			}
			note(cmd, "stored; restart front ends and workers with this configuration")
			return nil
		},
	}
	f.declare(cmd)
	return cmd
}
