"""The one form of every error reply: `{"error": slug, "message": …}`.

Facts are added where a screen needs more than the slug to word the refusal itself.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import msgspec
import structlog
from sanic import HTTPResponse, Request, Sanic
from sanic.constants import HTTP_METHODS
from sanic.exceptions import SanicException

from app.refusals import Refusal, TryAgain

# Requests that reach no handler, by the status that Sanic gives them.
HTTP_SLUGS = {
    400: ("bad_request", "This is not a request that can be understood."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take this method."),
    408: ("request_timeout", "The request did not arrive in time."),
    413: ("too_large", "The request is larger than anything that is sent here."),
    414: ("address_too_long", "The address is longer than any that is known here."),
    417: ("expectation_failed", "The Expect header asks for something that is not offered."),
    426: ("upgrade_required", "This address speaks WebSocket only."),
    431: ("head_too_large", "The headers are larger than any that are sent here."),
    503: ("response_timeout", "This took too long. Whether it was carried out is not known."),
}

log = structlog.get_logger(__name__)


def refusal_of(error: Exception) -> Refusal:
    """The refusal for `error`. An unexpected error is logged, and its refusal reveals nothing."""
    match error:
        case Refusal():
            return error
        case SanicException(status_code=503):
            return TryAgain(503, *HTTP_SLUGS[503])
        case SanicException() if error.status_code in HTTP_SLUGS:
            return Refusal(error.status_code, *HTTP_SLUGS[error.status_code])
        case _:
            log.error("unexpected error", exc_info=error)
            return Refusal(500, "internal_error", "Something went wrong on our side.")


def install(app: Sanic[Any, Any]) -> None:
    """Answer every error of `app` in this form."""
    app.error_handler.add(Exception, reply)


def reply(request: Request, error: Exception) -> HTTPResponse:
    """The reply to a request that failed."""
    refusal = refusal_of(error)
    headers = dict(getattr(error, "headers", {}))
    if refusal.status == 405:
        headers["Allow"] = ", ".join(_allowed(request))
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    body = msgspec.json.encode({"error": refusal.slug, "message": refusal.sentence, **refusal.facts})
    return HTTPResponse(body, refusal.status, headers, "application/json")


def _allowed(request: Request) -> Iterator[str]:
    """The methods that the request's address takes; Sanic does not always list them."""
    host = request.headers.get("host")
    for method in HTTP_METHODS:
        with contextlib.suppress(SanicException):
            request.app.router.get(request.path, method, host)
            yield str(method)
