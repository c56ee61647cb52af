package source

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/fstest"
	"time"

	"github.com/zkpass-go/zkpass"
	"github.com/zkpass-go/zkpass/attest"
	"github.com/zkpass-go/zkpass/attest/attesttest"
)

func testKeys(t *testing.T) *zkpass.KeySet {
	t.Helper()
	key, err := zkpass.GenerateKey(zkpass.ECDHES, "e")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := zkpass.NewKeySet(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestEvidence(t *testing.T) {
	enclave, err := attesttest.New(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	keys, nonce := testKeys(t), make([]byte, 16)
	text, err := Evidence(t.Context(), enclave, nonce, keys)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := attest.Verify(text, nonce, keys, enclave.Policy()); err != nil {
		t.Error(err)
	}
	if _, err := Evidence(t.Context(), enclave, nonce[:15], keys); !errors.Is(err, zkpass.ErrMalformed) {
		t.Errorf("short nonce: %v", err)
	}
	if _, err := Evidence(t.Context(), enclave, nonce, nil); !errors.Is(err, attest.ErrKeys) {
		t.Errorf("no keys: %v", err)
	}
	broken := errors.New("broken")
	bad := newDevice(attest.TDX, func([64]byte, []byte) ([]byte, error) { return nil, broken })
	if _, err := Evidence(t.Context(), bad, nonce, keys); !errors.Is(err, broken) {
		t.Errorf("broken device: %v", err)
	}
	large := newDevice(attest.TDX, func([64]byte, []byte) ([]byte, error) { return make([]byte, attest.MaxReport+1), nil })
	if _, err := Evidence(t.Context(), large, nonce, keys); !errors.Is(err, zkpass.ErrTooLarge) {
		t.Errorf("large report: %v", err)
	}
}

func TestOpen(t *testing.T) {
	kindOf := func(platform attest.Platform, file string, err error) kind {
		return kind{platform, file, func() (Source, error) { return newDevice(platform, nil), err }}
	}
	broken := errors.New("broken")
	kinds := []kind{kindOf(attest.Nitro, "dev/nsm", nil), kindOf(attest.SEVSNP, "dev/sev-guest", nil), kindOf(attest.TDX, "dev/tdx_guest", broken)}
	machine := func(files ...string) fstest.MapFS {
		root := fstest.MapFS{}
		for _, file := range files {
			root[file] = &fstest.MapFile{}
		}
		return root
	}
	for _, c := range []struct {
		name  string
		files []string
		want  attest.Platform
		err   error
	}{
		{"none", []string{"dev/nsm"}, "", ErrNone},
		{"auto", nil, "", ErrNone},
		{"auto", []string{"dev/sev-guest"}, attest.SEVSNP, nil},
		{"auto", []string{"dev/nsm"}, attest.Nitro, nil},
		{"auto", []string{"dev/tdx_guest"}, "", broken}, // a device that fails is no reason to go on without
		{"sev-snp", []string{"dev/nsm", "dev/sev-guest"}, attest.SEVSNP, nil},
	} {
		source, err := open(c.name, machine(c.files...), kinds)
		if !errors.Is(err, c.err) {
			t.Errorf("%s with %v: got error %v, want %v", c.name, c.files, err, c.err)
		} else if err == nil && source.Platform() != c.want {
			t.Errorf("%s with %v: got %s, want %s", c.name, c.files, source.Platform(), c.want)
		}
	}
	// Named and missing, and unknown: not the same as none wanted, which is let pass.
	for _, name := range []string{"nitro", "sgx"} {
		if _, err := open(name, machine("dev/sev-guest"), kinds); err == nil || errors.Is(err, ErrNone) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A device is asked by one caller at a time; who waits can give up.
func TestOneAtATime(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	d := newDevice(attest.SEVSNP, func(data [64]byte, _ []byte) ([]byte, error) {
		entered <- struct{}{}
		<-leave
		return data[:], nil
	})
	done := make(chan error, 1)
	go func() {
		report, err := d.Report(context.Background(), [64]byte{7}, nil)
		if err == nil && !bytes.Equal(report, append([]byte{7}, make([]byte, 63)...)) {
			err = errors.New("another report")
		}
		done <- err
	}()
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	second := make(chan error, 1)
	go func() {
		_, err := d.Report(ctx, [64]byte{}, nil)
		second <- err
	}()
	cancel()
	if err := <-second; !errors.Is(err, context.Canceled) {
		t.Errorf("the second caller: %v", err)
	}
	close(leave)
	if err := <-done; err != nil {
		t.Error(err)
	}
}
