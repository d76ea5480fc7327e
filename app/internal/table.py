"""Every route and socket of the internal listener."""

from app.health import healthz, readyz
from app.internal.operators import add_operator, change_operator, list_operators
from app.internal.sign_in import change_own_password, end_login, login, refresh_login
from app.replies import Health, Operator, Operators, Readiness, SignedInOperator, SignedOut
from app.routes import Route, Socket

TOO_MANY = {429: ("too_many_requests",)}

ROUTES = (
    Route("GET", "/healthz", None, healthz, {200: Health}, calls=()),
    Route("GET", "/readyz", None, readyz, {200: Readiness}, calls=("ready",)),
    Route(
        "POST",
        "/internal/auth/login",
        None,
        login,
        {200: SignedInOperator},
        calls=("begin_login", "finish_login"),
        refuses=TOO_MANY,
    ),
    Route("POST", "/internal/auth/refresh", None, refresh_login, {200: SignedInOperator}),
    Route("POST", "/internal/auth/logout", None, end_login, {200: SignedOut}),
    Route(
        "POST",
        "/internal/auth/password",
        "operator",
        change_own_password,
        {200: SignedInOperator},
        calls=("begin_password_change", "finish_password_change"),
        refuses=TOO_MANY,
    ),
    Route("GET", "/internal/operators", "operator", list_operators, {200: Operators}),
    Route("POST", "/internal/operators", "operator", add_operator, {201: Operator}),
    Route("PATCH", "/internal/operators/<operator_id:uuid>", "operator", change_operator, {200: Operator}),
)

SOCKETS: tuple[Socket, ...] = ()
