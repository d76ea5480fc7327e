"""Every route and socket of the internal listener."""

from app.health import healthz, readyz
from app.replies import Health, Readiness
from app.routes import Route, Socket

ROUTES = (
    Route("GET", "/healthz", None, healthz, {200: Health}, calls=()),
    Route("GET", "/readyz", None, readyz, {200: Readiness}, calls=("ready",)),
)

SOCKETS: tuple[Socket, ...] = ()
