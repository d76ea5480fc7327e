"""Every route of the internal listener."""

from app.health import healthz, readyz
from app.routes import Route

ROUTES = (
    Route("GET", "/healthz", None, healthz),
    Route("GET", "/readyz", None, readyz),
)
