package job

import (
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics count jobs, never what is in them. A nil one counts nothing.
type metrics struct {
	registry prometheus.Registerer
	all      []prometheus.Collector
	ended    *prometheus.CounterVec
	seconds  prometheus.Histogram
}

func newMetrics(q *Queue) (*metrics, error) {
	if q.config.Metrics == nil {
		return nil, nil
	}
	m := &metrics{
		registry: q.config.Metrics,
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "zkpass_jobs_ended_total",
			Help: "Jobs ended by this process: done, failed, or deleted before they ended."}, []string{"outcome"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "zkpass_job_seconds",
			Help:    "Time from accepted to done or failed, of jobs ended by this process.",
			Buckets: []float64{.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 900, 3600}}),
	}
	for _, outcome := range []State{Done, Failed, deleted} {
		m.ended.WithLabelValues(string(outcome))
	}
	gauge := func(name, help string, labels prometheus.Labels, value func(Stats) int) {
		m.all = append(m.all, prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels},
			func() float64 { return float64(value(q.Stats())) }))
	}
	const jobs = "Unfinished jobs of the service by state."
	gauge("zkpass_jobs", jobs, prometheus.Labels{"state": string(Queued)}, func(s Stats) int { return s.Queued })
	gauge("zkpass_jobs", jobs, prometheus.Labels{"state": string(Proving)}, func(s Stats) int { return s.Proving })
	gauge("zkpass_queue_depth", "Unfinished jobs of the service, which count against its limit.", nil,
		func(s Stats) int { return s.Queued + s.Proving })
	gauge("zkpass_queue_limit", "How many unfinished jobs the service may have.", nil,
		func(Stats) int { return q.config.MaxQueued })
	m.all = append(m.all, m.ended, m.seconds)
	for i, collector := range m.all {
		if err := m.registry.Register(collector); err != nil {
			m.all = m.all[:i]
			m.unregister()
			if already := (prometheus.AlreadyRegisteredError{}); errors.As(err, &already) {
				err = errors.New("another queue has its metrics there")
			}
			return nil, fmt.Errorf("registering metrics: %w", err)
		}
	}
	return m, nil
}

func (m *metrics) unregister() {
	if m == nil {
		return
	}
	for _, collector := range m.all {
		m.registry.Unregister(collector)
	}
}

func (m *metrics) end(outcome State) {
	if m != nil {
		m.ended.WithLabelValues(string(outcome)).Inc()
	}
}

func (m *metrics) took(accepted time.Time) {
	if m != nil {
		m.seconds.Observe(max(0, time.Since(accepted).Seconds()))
	}
}
