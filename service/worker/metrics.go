package worker

import "github.com/prometheus/client_golang/prometheus"

// metrics of a worker. Labels are problem codes.
type metrics struct {
	seconds prometheus.Histogram
	ended   *prometheus.CounterVec
	running prometheus.Gauge
}

func newMetrics(registerer prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "zkpass_prove_seconds", Help: "Time to make a proof, from parsed tokens on.",
			Buckets: []float64{.05, .1, .2, .3, .5, .75, 1, 1.5, 2, 3, 5, 10, 20, 60},
		}),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "zkpass_worker_jobs_total", Help: "Jobs that this worker has ended, by outcome: done, cancelled or a problem code.",
		}, []string{"code"}),
		running: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "zkpass_worker_jobs_running", Help: "Jobs that this worker has in hand.",
		}),
	}
	if registerer == nil {
		return m, nil
	}
	for _, collector := range []prometheus.Collector{m.seconds, m.ended, m.running} {
		if err := registerer.Register(collector); err != nil {
			return nil, err
		}
	}
	return m, nil
}
