package front

import (
	"net/netip"
	"slices"
	"strings"
)

// maxHops bounds how many entries of X-Forwarded-For are read.
const maxHops = 32

// address returns who a request comes from, for limits: the peer or, as long as
// that is a trusted proxy, the one that it names. Of an IPv6 address the first 64
// bits count, since a household or a rented machine has that many. The zero
// address stands for all that cannot be told.
func (x *exchange) address() netip.Addr {
	peer, err := netip.ParseAddrPort(x.r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	address := peer.Addr().Unmap()
	if !x.trusted(address) {
		return network(address)
	}
	// Each proxy adds its peer at the end, so only what trusted ones have added
	// is believed, read from the end.
	hops := strings.Split(strings.Join(x.r.Header.Values("X-Forwarded-For"), ","), ",")
	for i, hop := range slices.Backward(hops) {
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil || len(hops)-i > maxHops {
			break
		}
		if address = next.Unmap().WithZone(""); !x.trusted(address) {
			break
		}
	}
	return network(address)
}

func (x *exchange) trusted(address netip.Addr) bool {
	return slices.ContainsFunc(x.proxies, func(p netip.Prefix) bool { return p.Contains(address) })
}

func network(address netip.Addr) netip.Addr {
	if address.Is4() {
		return address
	}
	prefix, err := address.WithZone("").Prefix(64)
	if err != nil {
		return netip.Addr{}
	}
	return prefix.Addr()
}
