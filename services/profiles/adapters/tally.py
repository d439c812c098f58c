"""What happened, as Prometheus counters."""

from shared.runtime.observability import Metrics


class PrometheusTally:
    """Counts needs, capabilities and requests."""

    def __init__(self, metrics: Metrics) -> None:
        """Add this service's metrics to the others."""
        self._needs = metrics.counter("needs_total", "Needs by status reached", "status")
        self._capabilities = metrics.counter(
            "capabilities_total", "Capabilities by status reached", "status"
        )
        self._read = metrics.counter(
            "needs_read_total", "Times that people said what a need is about", "what", "by"
        )
        self._requests = metrics.counter(
            "http_requests_total", "Requests by route and class of answer", "route", "status"
        )

    def need(self, status: str) -> None:
        """A need reached a status."""
        self._needs.labels(status).inc()

    def capability(self, status: str) -> None:
        """A capability reached a status."""
        self._capabilities.labels(status).inc()

    def read(self, what: str, by: str) -> None:
        """Someone said what a need is about, in subjects or questions."""
        self._read.labels(what, by).inc()

    def request(self, route: str, status: int) -> None:
        """A request was answered."""
        self._requests.labels(route, f"{status // 100}xx").inc()
