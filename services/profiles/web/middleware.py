"""What every answer carries, and how it is counted."""

from collections.abc import Callable, Iterable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PRIVATE = ("/confirm/", "/mine/", "/mediation/")
Count = Callable[[str, int], None]


class Headers:
    """Adds the headers that keep visitors safe; pages behind links are stored nowhere."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = str(scope.get("path", ""))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _headers(path):
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class Counting:
    """Counts requests by the template of their route, never by their address."""

    def __init__(self, app: ASGIApp, count: Count) -> None:
        """Wrap an application."""
        self._app = app
        self._count = count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def send_and_count(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "unknown")
                self._count(route, message["status"])
            await send(message)

        await self._app(scope, receive, send_and_count)


def _headers(path: str) -> Iterable[tuple[str, str]]:
    yield from ALWAYS.items()
    if path.startswith(PRIVATE):
        yield ("X-Robots-Tag", "noindex, nofollow")
    if not path.startswith("/static/"):
        yield ("Cache-Control", "no-store")
    else:
        yield ("Cache-Control", "public, max-age=31536000, immutable")
