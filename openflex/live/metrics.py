"""What Prometheus is told of the sockets of a process."""

from prometheus_client import Counter, Gauge

sockets = Gauge("openflex_live_sockets", "Open sockets of this process")
resyncs = Counter("openflex_live_resyncs", "Times a browser read too slowly and had to start over")
