//go:build unix

package zkvm

import (
	"context"
	"syscall"
	"testing"
	"time"
)

// BenchmarkSignatures compares the algorithms, and sizes of keys, on the same document: processor time of all
// threads is more telling than time on a busy machine.
func BenchmarkSignatures(b *testing.B) {
	all := []kind{{ES256, 256}, {RS256, 2048}, {RS256, 3072}, {RS256, 4096}, {PS256, 2048}, {PS256, 3072}, {PS256, 4096}}
	for _, k := range all {
		f := newFixture(b, janeQuery, janeClaims)
		if k.a != ES256 {
			f.resign(b, 0, k.a, k.bits)
		}
		proof, err := Prove(context.Background(), f.st, f.secrets)
		if err != nil {
			b.Fatal(err)
		}
		measure := func(b *testing.B, work func() error) {
			if err := work(); err != nil { // circuits and tables are made once
				b.Fatal(err)
			}
			start := processorTime(b)
			n := 0
			for b.Loop() {
				if err := work(); err != nil {
					b.Fatal(err)
				}
				n++
			}
			b.ReportMetric(float64((processorTime(b)-start).Microseconds())/1000/float64(n), "cpu-ms/op")
			b.ReportMetric(float64(len(proof)), "proof-bytes")
		}
		b.Run(k.String()+"/prove", func(b *testing.B) {
			b.ReportAllocs()
			measure(b, func() (err error) {
				proof, err = Prove(context.Background(), f.st, f.secrets)
				return err
			})
		})
		b.Run(k.String()+"/verify", func(b *testing.B) {
			b.ReportAllocs()
			measure(b, func() error { return Verify(f.st, proof) })
		})
	}
}

func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
