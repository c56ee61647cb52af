package zkvm

import (
	"math"
	"math/bits"

	"github.com/zkpass-go/zkpass/libzk"
)

// A model of docs/protocol.md, sections 3 to 5, and docs/soundness.md, written from
// these apart from libzk: it counts messages from the widths of layers, tries every
// code for the cheapest, and adds up bytes and error terms. It takes from the code what a
// statement lays out: bits, elements, rows, published bytes and copies.

// modelUse is a circuit in the model: copies, and the widths of its layers from the
// outputs down, the outputs' first.
type modelUse struct {
	copies int
	widths []int
	clear  bool
}

func modelUses[E comparable](uses []libzk.Use[E], rows int) (all []modelUse) {
	products := 0
	for _, u := range uses {
		w := []int{u.Circuit.Layers[0].Outputs}
		for _, l := range u.Circuit.Layers {
			w = append(w, l.Inputs)
		}
		all = append(all, modelUse{u.Copies, w, false})
		products += len(w) - 1
	}
	return append(all, modelUse{rows + products + 2, []int{1, 4}, true})
}

func lw(n int) int { return bits.Len(uint(max(n, 1) - 1)) }

// modelSumcheck is the elements sent, the pads, and the bad values of challenges.
func modelSumcheck(uses []modelUse) (messages, pads, steps int) {
	highest := 0
	for _, u := range uses {
		highest = max(highest, len(u.widths)-1)
	}
	for level := highest; level > 0; level-- {
		copies, wires, outputs, active := 0, 0, 0, 0
		for _, u := range uses {
			top := len(u.widths) - 1 - level
			if top < 0 {
				continue
			}
			active++
			copies = max(copies, lw(u.copies))
			outputs, wires = max(outputs, lw(u.widths[top])), max(wires, lw(u.widths[top+1]))
			if !u.clear {
				pads += 3
			}
		}
		messages += 2*(copies+2*wires) + 2*active
		pads += 2 * (copies + 2*wires)
		steps += 3 + copies + outputs + 2*copies + 4*wires
		if level == highest {
			steps += copies + outputs + 1
		}
	}
	return messages, pads, steps
}

// modelCode is what a block of k elements makes of a vector: rows, and bytes.
func modelCode(short, full, size, k int) (log, bytes int, ok bool) {
	for log = 1; ; log++ {
		w := k - 128 - log - 2
		if w < 14 {
			return 0, 0, false
		}
		rs, rf := (short+w-1)/w, max(2, (full+w-1)/w)
		if rs+rf <= 1<<log {
			return log, size*(2*log+2+k) + 128*(2*rs+size*(rf+1)), true
		}
	}
}

// model is the size of a typical proof and the bits of soundness.
func model(p *plan) (bytes int, soundness float64) {
	messages, pads, steps := modelSumcheck(modelUses(p.gf.Uses, p.gf.Rows))
	bytes = 26 + p.published + 16*messages + 256 // T
	short := (p.gf.Bits+15)/16 + p.gf.Symbols + 128
	full := p.gf.Full + 1 + 6 + pads
	failure := float64(steps+2+max(p.risk, 2)) * math.Exp2(-128)

	signed := len(p.es256()) > 0
	columns := signed && p.st.profile() == libzk.V2Hash
	pFull := 0
	if signed {
		m, pads, steps := modelSumcheck(modelUses(p.p.Uses, p.p.Rows))
		bytes += 32 * m
		pFull = p.p.Full + 6 + pads
		failure += float64(steps+1) * math.Exp2(-256)
	}
	if signed && !columns {
		least := 0
		for rows := 2; rows < 300; rows++ {
			log := lw(rows)
			k := log + 1 + (pFull+rows-1)/rows
			if n := 33*(rows+1) + 32*(k+1+2*log+2); least == 0 || n < least {
				least = n
			}
		}
		bytes += least
	}

	type part struct{ short, full, size int }
	parts := []part{{short, full, 16}}
	if columns {
		parts = append(parts, part{0, pFull, 32})
	}
	least, fewest, code := 0, 0, 0
	var blocks []int
	for n := 1024; n <= 57_344; n += 128 {
		sum := 128 * int(math.Floor(26*(math.Log2(float64(n)/128)+0.5)+1e-9))
		rest := 0
		var ks []int
		for _, v := range parts {
			cheapest, at := 0, 0
			for k := 8; 8*k <= n && 9*k-512 <= n; k += 8 {
				if _, b, ok := modelCode(v.short, v.full, v.size, k); ok && (at == 0 || b < cheapest) {
					cheapest, at = b, k
				}
			}
			if at == 0 {
				sum = 0
				break
			}
			sum, rest, ks = sum+cheapest, rest+cheapest, append(ks, at)
		}
		if sum > 0 && (least == 0 || sum < least) {
			least, fewest, code, blocks = sum, n, rest, ks
		}
	}
	bytes += code
	for i, k := range blocks {
		log, _, _ := modelCode(parts[i].short, parts[i].full, parts[i].size, k)
		wrong := 0.0 // log2 C((n+k)/2, 128)/C(n, 128)
		for j := range 128 {
			wrong += math.Log2(float64((fewest+k)/2-j)) - math.Log2(float64(fewest-j))
		}
		failure += math.Exp2(wrong) + float64((log+1)*fewest+2*log+2)*math.Exp2(-float64(8*parts[i].size))
	}

	path := 0.0
	closed := 1 - 128/float64(fewest)
	for w := 1; w < fewest; w *= 2 {
		path += float64(fewest) / float64(w) * closed * (1 - closed)
		closed *= closed
	}
	return bytes + 26*int(path), -math.Log2(failure)
}
