package server

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// ownHosts are the names under which clients of this machine know the server: that of
// its listen address, and those on its certificate.
func (s *Server) ownHosts() []string {
	names := []string{"localhost"}
	if host, _, err := net.SplitHostPort(s.o.Listen); err == nil && host != "" {
		names = append(names, strings.ToLower(host))
	}
	if s.http.TLSConfig != nil {
		for _, c := range s.http.TLSConfig.Certificates {
			if c.Leaf == nil {
				continue
			}
			for _, name := range c.Leaf.DNSNames {
				names = append(names, strings.ToLower(name))
			}
		}
	}
	return names
}

// isOwnHost reports whether a request for a page that only this machine's clients may see
// is for one of the server's own names, or for an address. A page in a browser of this
// machine that has its own name resolved to a loopback address (DNS rebinding) sends that
// name. Those that send none are no browsers.
func isOwnHost(r *http.Request, own []string) bool {
	if r.Host == "" {
		return true
	}
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return slices.ContainsFunc(own, func(name string) bool {
		domain, wild := strings.CutPrefix(name, "*.")
		if !wild {
			return name == host
		}
		first, rest, found := strings.Cut(host, ".")
		return found && first != "" && rest == domain
	})
}

// misdirected answers a request for a page that is not for its host's name (RFC 9110).
func misdirected(w http.ResponseWriter) {
	status(w, http.StatusMisdirectedRequest, "this server has another name: use the address that it listens on, or localhost")
}
