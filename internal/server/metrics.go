package server

import (
	"bytes"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics is the content of /metrics. Labels are from bounded sets only: known actions and
// error codes.
type metrics struct {
	registry *prometheus.Registry
	calls    *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	store    *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lanyard_requests_total",
			Help: "Answered API requests by action and error code. An unknown action is empty, and so is the code of a success.",
		}, []string{"action", "code"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "lanyard_request_duration_seconds",
			Help:    "Time from a request's headers to its answer.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 2.5, 13),
		}, []string{"action"}),
		store: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "lanyard_store_duration_seconds",
			Help:    "Time of a transaction, with waiting and commit.",
			Buckets: prometheus.ExponentialBuckets(0.00001, 3, 13),
		}, []string{"kind"}),
	}
	m.registry.MustRegister(m.calls, m.latency, m.store,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) watchPool(depth func() int) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "lanyard_key_pool_depth",
		Help: "RSA keys made ahead and not yet used.",
	}, func() float64 { return float64(depth()) }))
}

func (m *metrics) watchConnections(count func() int) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "lanyard_connections",
		Help: "Open connections of clients.",
	}, func() float64 { return float64(count()) }))
}

func (m *metrics) observeCall(action, code string, took time.Duration) {
	m.calls.WithLabelValues(action, code).Inc()
	m.latency.WithLabelValues(action).Observe(took.Seconds())
}

func (m *metrics) observeStore(kind string, took time.Duration) {
	m.store.WithLabelValues(kind).Observe(took.Seconds())
}

// maxScrapes is how many /metrics pages are made at one time. Further requests wait.
const maxScrapes = 4

// handler makes each page in memory, so that a client that does not read its page does not
// delay the page of another client.
func (m *metrics) handler() http.Handler {
	maker := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	turns := make(chan struct{}, maxScrapes)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := page{header: w.Header(), code: http.StatusOK}
		select {
		case turns <- struct{}{}:
		case <-r.Context().Done():
			return
		}
		maker.ServeHTTP(&p, r)
		<-turns
		w.WriteHeader(p.code)
		_, _ = w.Write(p.body.Bytes())
	})
}

// page is an answer in memory.
type page struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func (p *page) Header() http.Header         { return p.header }
func (p *page) WriteHeader(code int)        { p.code = code }
func (p *page) Write(b []byte) (int, error) { return p.body.Write(b) }
