package connlimit

import (
	"net"
	"net/http"
	"time"
)

const (
	// maxFields is how many header fields a request may have. A signature covers 100 at
	// most, and Apache httpd, a usual proxy, admits no more than 100 either.
	// SDKs send about 15, browsers and proxies between about 30.
	maxFields = 100
	// smallBody is the size up to which a body has to arrive as soon as its header. Most
	// calls have a few hundred bytes.
	smallBody = 16 << 10
	// requestCost is how many bytes of memory a request takes beside its header and body,
	// mostly for its goroutine. It is measured, and rounded up.
	requestCost = 16 << 10
	// largeWrite is the size from which an answer is charged. Smaller ones are part of
	// requestCost.
	largeWrite = 4 << 10
	// refusalTime is how long a client may take to read a refusal that is not charged.
	refusalTime = time.Second
)

// request is what a request holds while it is served. It is the handler's ResponseWriter.
type request struct {
	http.ResponseWriter // of net/http

	cc      *clientConn
	cost    int64
	large   bool // it has a large body
	reading bool // its body, guarded by the mutex of connections
}

// bounded charges each request to its connection. A request beyond the memory limit goes
// to throttle in place of next.
func (c *Limiter) bounded(next http.Handler, throttle http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cc, _ := r.Context().Value(connKey{}).(*clientConn)
		if cc == nil { // it did not come from Listen
			next.ServeHTTP(w, r)
			return
		}
		cc.began.Store(true)
		fields, size := headerSize(r)
		if fields > maxFields {
			refuseFields(w)
			return
		}
		rq := cc.newRequest(w, r)
		rq.cost += size + lineCost*int64(fields)
		if !c.begin(rq) {
			_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(refusalTime))
			throttle(w, r)
			return
		}
		defer c.end(rq, r.ProtoMajor)
		if rq.large {
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(c.times.Large))
		}
		next.ServeHTTP(rq, r)
		if r.ProtoMajor > 1 {
			c.flush(rq)
		}
	})
}

// headerSize returns how many fields a request's header has, and how many bytes.
func headerSize(r *http.Request) (fields int, size int64) {
	size = int64(len(r.Host) + len(r.RequestURI))
	for name, values := range r.Header {
		fields += len(values)
		for _, value := range values {
			size += int64(len(name) + len(value))
		}
	}
	return fields, size
}

// refuseFields sends no body: over HTTP/2 a client can delay a body for ever.
func refuseFields(w http.ResponseWriter) {
	w.Header().Set("Connection", "close")
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusRequestHeaderFieldsTooLarge)
}

func (cc *clientConn) newRequest(w http.ResponseWriter, r *http.Request) *request {
	rq := &cc.one
	if r.ProtoMajor > 1 {
		rq = &request{}
	}
	*rq = request{ResponseWriter: w, cc: cc, cost: requestCost, reading: r.Body != http.NoBody}
	if rq.reading {
		rq.large = r.ContentLength < 0 || r.ContentLength > smallBody
		if !rq.large {
			rq.cost += r.ContentLength
		}
	}
	return rq
}

// Unwrap returns net/http's own writer, for http.ResponseController.
func (rq *request) Unwrap() http.ResponseWriter { return rq.ResponseWriter }

// BodyRead says that the body has arrived: the server no longer waits for the client.
func (rq *request) BodyRead() { rq.cc.c.endBody(rq) }

// Write charges for bytes that are in memory until the client reads them.
func (rq *request) Write(b []byte) (int, error) {
	if len(b) < largeWrite {
		return rq.ResponseWriter.Write(b)
	}
	c := rq.cc.c
	if !c.beginWrite(rq.cc, int64(len(b))) {
		return 0, net.ErrClosed
	}
	defer c.endWrite(rq.cc, int64(len(b)))
	return rq.ResponseWriter.Write(b)
}
