package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/zkpass-go/zkpass/service"
)

// serviceFlags are what serve and worker share. A flag that is given wins over
// the environment, which wins over the file.
type serviceFlags struct {
	file  string
	check bool // print what is in force, and start nothing
	given []func(*service.Config)
}

// text declares a flag that changes one member of the configuration.
func (f *serviceFlags) text(flags *pflag.FlagSet, name, usage string, set func(*service.Config, string)) {
	flags.Func(name, usage, func(value string) error {
		f.given = append(f.given, func(c *service.Config) { set(c, value) })
		return nil
	})
}

// config puts the configuration together.
func (f *serviceFlags) config() (service.Config, error) {
	c := service.DefaultConfig()
	if f.file != "" {
		if err := c.ReadFile(f.file); err != nil {
			return c, err
		}
	}
	if err := c.ReadEnvironment(os.Environ()); err != nil {
		return c, err
	}
	for _, change := range f.given {
		change(&c)
	}
	return c, nil
}

// declare adds the flags that all of them have.
func (f *serviceFlags) declare(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.file, "config", "", "YAML `FILE` with the configuration")
	flags.BoolVar(&f.check, "check", false, "print the configuration in force, and start nothing")
	f.text(flags, "nats", "`URL` of the NATS cluster, nats://HOST:4222, several with commas", func(c *service.Config, v string) { c.NATS.URL = v })
	f.text(flags, "metrics", "address for Prometheus metrics, `HOST:PORT` (default: none)", func(c *service.Config, v string) { c.Metrics.Listen = v })
}

// declareAPI adds the flags of a process that listens for clients.
func (f *serviceFlags) declareAPI(flags *pflag.FlagSet) {
	f.text(flags, "listen", "address of the API, `HOST:PORT` (default 127.0.0.1:8080)", func(c *service.Config, v string) { c.Listen = v })
	f.text(flags, "tls-cert", "`FILE` with the API's certificate chain, PEM", func(c *service.Config, v string) { c.TLS.Cert = v })
	f.text(flags, "tls-key", "`FILE` with the certificate's key, PEM", func(c *service.Config, v string) { c.TLS.Key = v })
}

// run starts a process in its role, or shows what it would start with.
func (f *serviceFlags) run(cmd *cobra.Command, role service.Role, start func(context.Context, service.Config, *slog.Logger) error) error {
	c, err := f.config()
	if err != nil {
		return err
	}
	if !f.check {
		return runService(cmd, c, start)
	}
	if err := c.Check(role); err != nil {
		return err
	}
	text, err := c.YAML()
	if err != nil {
		return err
	}
	_, err = cmd.OutOrStdout().Write(text)
	return err
}

func newServe() *cobra.Command {
	var f serviceFlags
	cmd := &cobra.Command{
		Use:   "serve (--data-dir DIR | --nats URL)",
		Short: "run a proving service",
		Long: `Runs the proving service: with --data-dir alone, with queue, results, keys and
prover in this process and that directory; with --nats as a front end, which holds
no key and leaves proving to zkpass worker.

Flags win over environment variables (ZKPASS_LISTEN, ZKPASS_JOBS_MAX_QUEUED, ...),
which win over the file of --config; --check prints what is in force. docs/operations.md
lists them all. Logs go to standard error. SIGTERM or Ctrl-C stops it gracefully, a
second one at once.`,
		Example: `  zkpass apikey create --data-dir /var/lib/zkpass
  zkpass serve --data-dir /var/lib/zkpass
  zkpass serve --listen :8443 --data-dir /var/lib/zkpass --tls-cert cert.pem --tls-key key.pem
  zkpass serve --listen :8443 --nats nats://nats-1:4222 --config front.yaml
  zkpass serve --config front.yaml --check`,
		Args: wantArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd, service.Serving, service.Serve) },
	}
	f.declare(cmd)
	flags := cmd.Flags()
	f.declareAPI(flags)
	f.text(flags, "data-dir", "`DIR` of a service that runs alone", func(c *service.Config, v string) { c.DataDir = v })
	cmd.AddCommand(newRotate("data-dir", "directory of a service that runs alone", "zkpass serve rotate --data-dir /var/lib/zkpass",
		func(c *service.Config, v string) { c.DataDir = v }))
	return cmd
}

func newWorker() *cobra.Command {
	var f serviceFlags
	cmd := &cobra.Command{
		Use:   "worker --nats URL --keys DIR",
		Short: "prove for the front ends of a service",
		Long: `Takes jobs from a NATS cluster, decrypts and proves them. Workers of one service
share a directory of keys, which is made if it does not exist.

Logs go to standard error. SIGTERM or Ctrl-C lets the proof under way end, or gives
its job back; a second one ends at once.`,
		Example: `  zkpass worker --nats nats://nats-1:4222 --keys /var/lib/zkpass/keys
  zkpass worker --nats tls://nats-1:4222 --keys keys --config worker.yaml --metrics 127.0.0.1:9090`,
		Args: wantArgs(),
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd, service.Working, service.Work) },
	}
	f.declare(cmd)
	f.text(cmd.Flags(), "keys", "`DIR` of the keys that workers of a service share", func(c *service.Config, v string) { c.Keys.Dir = v })
	cmd.AddCommand(newRotate("keys", "directory of the keys", "zkpass worker rotate --keys /var/lib/zkpass/keys",
		func(c *service.Config, v string) { c.Keys.Dir = v }))
	return cmd
}
