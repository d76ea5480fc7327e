"""Notices of payment providers: proven, kept, answered. They move no money; they make us ask the provider.

A provider that gets no 2xx tries again. So whatever goes wrong here is a 504, which Midtrans repeats five times and
Xendit six; 4xx and 500 would be repeated less, or not at all.
"""

import hashlib
import hmac

import msgspec
import structlog
from sanic import HTTPResponse, Request

from app.envelope import DECODE_ERRORS
from app.http.limits import UNPROVEN_NOTICES_OF_ADDRESS, TooManyRequests, client_networks, limits
from app.http.routes import database, reply
from app.refusals import Refusal

NOT_KEPT = {504: ("notice_not_kept",)}

log = structlog.get_logger(__name__)


class MidtransNotice(msgspec.Struct):
    """What proves a notice of Midtrans, and which order it names."""

    order_id: str = ""
    status_code: str = ""
    gross_amount: str = ""
    signature_key: str = ""


class XenditData(msgspec.Struct):
    """The payment request that a notice of Xendit names."""

    reference_id: str = ""


class XenditNotice(msgspec.Struct):
    """A notice of Xendit."""

    data: XenditData = msgspec.field(default_factory=XenditData)


_midtrans_decoder = msgspec.json.Decoder(MidtransNotice)
_xendit_decoder = msgspec.json.Decoder(XenditNotice)


async def midtrans_notice(request: Request) -> HTTPResponse:
    """Take a notice of Midtrans.

    Its signature is the SHA-512 of order, status code, amount and our server key
    (docs.midtrans.com/reference/handle-notifications). It does not cover the transaction's status, so the status is
    asked for, never believed.
    """
    try:
        notice = _midtrans_decoder.decode(request.body)
    except DECODE_ERRORS:
        notice = MidtransNotice()
    key = request.app.ctx.settings.midtrans_server_key
    signed = f"{notice.order_id}{notice.status_code}{notice.gross_amount}{key}".encode()
    proven = bool(key) and _same(hashlib.sha512(signed).hexdigest(), notice.signature_key)
    return await _take(request, "midtrans", notice.order_id, proven=proven)


async def xendit_notice(request: Request) -> HTTPResponse:
    """Take a notice of Xendit.

    Its origin is proven by the fixed token in `x-callback-token` (docs.xendit.co/apidocs/webhook-behavior).
    """
    try:
        notice = _xendit_decoder.decode(request.body)
    except DECODE_ERRORS:
        notice = XenditNotice()
    token = request.app.ctx.settings.xendit_callback_token
    proven = bool(token) and _same(token, request.headers.get("x-callback-token", ""))
    return await _take(request, "xendit", notice.data.reference_id, proven=proven)


async def _take(request: Request, provider: str, about: str, *, proven: bool) -> HTTPResponse:
    try:
        if not proven:
            await limits(request).check(UNPROVEN_NOTICES_OF_ADDRESS, client_networks(request))
        return reply(
            await database(request).call(
                "take_notice",
                provider=provider,
                dedupe_key=hashlib.sha256(request.body).hexdigest(),
                about=about,
                body=request.body.decode(errors="replace").replace("\0", ""),
                proven=proven,
            )
        )
    except TooManyRequests:
        return reply(b'{"taken": false}')
    except Refusal as refusal:
        log.warning("notice not kept", provider=provider, reason=refusal.slug)
        raise Refusal(504, "notice_not_kept", "The notice cannot be kept now. Send it again.") from refusal


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
