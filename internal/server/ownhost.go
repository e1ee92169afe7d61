package server

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// ownHosts returns the names by which clients of this machine reach the server: that of its
// listen address, and those on its certificate.
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

// isOwnHost reports whether the host of a request is one of the server's own names, an
// address, or empty. A web page in a browser of this machine whose own name resolves to a
// loopback address (DNS rebinding) sends that name, and must not see pages for this machine
// alone. Browsers always send a name.
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

// misdirected answers a request whose host is not the server's own (RFC 9110, section 15.5.20).
func misdirected(w http.ResponseWriter) {
	status(w, http.StatusMisdirectedRequest, "this server has another name: use its listen address or localhost")
}
