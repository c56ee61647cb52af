// Command demo starts ShopSphere and Krisna on loopback ports, walks through the use case
// once, prints the addresses and stays up for a browser.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/zkpass-go/zkpass/examples/shopsphere/stage"
)

func main() {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	port := flags.Int("port", 9400, "first of the four ports; 0 takes any that are free")
	algorithm := flags.String("algorithm", "RS256", "what ShopSphere signs ID tokens with: RS256 or ES256")
	prover := flags.String("prover", "page", "who makes proofs: page, the customer's browser; server, the app's; service, a zkPass service")
	once := flags.Bool("once", false, "end after the walk")
	if err := flags.Parse(os.Args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return
		}
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	options := stage.Options{Algorithm: *algorithm}
	for i := range options.Ports {
		if *port != 0 {
			options.Ports[i] = *port + i
		}
	}
	if err := run(ctx, os.Stdout, options, *prover, *once); err != nil {
		fmt.Fprintf(os.Stderr, "demo: error: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, options stage.Options, prover string, once bool) (err error) {
	if options.Dir, err = os.MkdirTemp("", "shopsphere-"); err != nil {
		return err
	}
	defer os.RemoveAll(options.Dir)
	log, err := os.Create(filepath.Join(options.Dir, "log.txt"))
	if err != nil {
		return err
	}
	defer log.Close()
	options.Logger = slog.New(slog.NewTextHandler(log, nil))
	slog.SetDefault(options.Logger) // libraries log there
	if err := build(ctx, out, &options, prover); err != nil {
		return err
	}
	s, err := stage.Start(ctx, options)
	if err != nil {
		return fmt.Errorf("%w\nIf a port is taken, try another with -port, or -port 0", err)
	}
	defer s.Close()

	fmt.Fprintln(out, "\nJane")
	page, err := s.Walk(ctx, stage.Jane, func(format string, args ...any) {
		fmt.Fprintf(out, "  "+format+"\n", args...)
	})
	if err != nil {
		return fmt.Errorf("walking through the use case: %w", err)
	}
	fmt.Fprintf(out, "Krisna says: %s\n", page.Heading())
	if once {
		return nil
	}
	if err := s.Store.TakeDiscount(ctx, stage.Jane.Krisna); err != nil {
		return err
	}
	show(out, s, log.Name())
	<-ctx.Done()
	fmt.Fprintln(out, "\nStopping ...")
	return nil
}

// build builds what makes the proofs.
func build(ctx context.Context, out io.Writer, options *stage.Options, prover string) error {
	switch prover {
	case "page":
		fmt.Fprintln(out, "Building zkPass for browsers (the first time takes a minute) ...")
		dir := filepath.Join(options.Dir, "sdk")
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
		files, err := stage.BuildSDK(ctx, dir)
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			fmt.Fprintf(out, "%v\nSo the app's server makes the proofs, and not the customer's browser.\n", err)
			return nil
		}
		options.SDK = files
	case "server":
	case "service":
		fmt.Fprintln(out, "Building the zkPass service ...")
		binary, err := stage.BuildService(ctx, options.Dir)
		if err != nil {
			return err
		}
		options.Binary = binary
	default:
		return fmt.Errorf("-prover %q: want page, server or service", prover)
	}
	return nil
}

func show(out io.Writer, s *stage.Stage, log string) {
	fmt.Fprintf(out, `
Now you, in a browser: begin at Krisna.

  Krisna, the shop        %s
  ShopSphere app          %s
  ShopSphere accounts     %s
`, s.Krisna, s.App, s.Provider)
	if s.Service != nil {
		fmt.Fprintf(out, "  zkPass service          %s/openapi.yaml\n", s.Service.URL)
	}
	fmt.Fprintf(out, `
  user     password at Krisna    password at ShopSphere
  jane     %-21s %-22s gets the discount; the one above was taken back
  ravi     %-21s %-22s has another license number at ShopSphere
  mia      %-21s %-22s has another last name at ShopSphere

Everything is thrown away when you press Ctrl-C. Logs until then: %s
`, stage.Jane.KrisnaPassword, stage.Jane.ShopSpherePassword, stage.Ravi.KrisnaPassword, stage.Ravi.ShopSpherePassword,
		stage.Mia.KrisnaPassword, stage.Mia.ShopSpherePassword, log)
}
