"""Every route and socket of the public listener."""

from app.health import healthz, readyz
from app.public.chats import (
    end_chat,
    get_chat_session,
    list_chat_sessions,
    list_messages,
    request_extension,
    send_message,
)
from app.public.mitras import (
    accept_request,
    approve_extension,
    decline_request,
    get_mitra_state,
    list_offers,
    mark_offer_seen,
    reject_extension,
    set_mitra_status,
)
from app.public.payments import (
    cancel_payment_session,
    confirm_payment_session,
    create_payment_session,
    get_payment_session,
    get_pricing,
)
from app.public.searches import (
    cancel_request,
    fallback_to_blast,
    get_client_state,
    start_general_request,
    start_returning_request,
)
from app.routes import Route
from app.sockets import client_socket, mitra_socket

PAYMENT = "/api/client/payment-sessions/<payment_session_id:uuid>"
CLIENT_CHAT = "/api/client/chat-sessions/<chat_session_id:uuid>"
MITRA_CHAT = "/api/mitra/chat-sessions/<chat_session_id:uuid>"
OFFER = "/api/mitra/chat-requests/<request_id:uuid>"
EXTENSION = "/api/mitra/extensions/<extension_id:uuid>"

ROUTES = (
    Route("GET", "/healthz", None, healthz),
    Route("GET", "/readyz", None, readyz),
    Route("GET", "/api/client/pricing", "customer", get_pricing),
    Route("GET", "/api/client/state", "customer", get_client_state),
    Route("POST", "/api/client/payment-sessions", "customer", create_payment_session),
    Route("GET", PAYMENT, "customer", get_payment_session),
    Route("POST", f"{PAYMENT}/confirm", "customer", confirm_payment_session),
    Route("POST", f"{PAYMENT}/cancel", "customer", cancel_payment_session),
    Route("POST", "/api/client/chat-requests", "customer", start_general_request),
    Route("POST", "/api/client/chat-requests/returning", "customer", start_returning_request),
    Route("POST", "/api/client/chat-requests/cancel", "customer", cancel_request),
    Route(
        "POST",
        "/api/client/chat-requests/<payment_session_id:uuid>/fallback-to-blast",
        "customer",
        fallback_to_blast,
    ),
    Route("GET", "/api/client/chat-sessions", "customer", list_chat_sessions),
    Route("GET", CLIENT_CHAT, "customer", get_chat_session),
    Route("GET", f"{CLIENT_CHAT}/messages", "customer", list_messages),
    Route("POST", f"{CLIENT_CHAT}/messages", "customer", send_message),
    Route("POST", f"{CLIENT_CHAT}/extensions", "customer", request_extension),
    Route("POST", f"{CLIENT_CHAT}/end", "customer", end_chat),
    Route("POST", "/api/mitra/status", "mitra", set_mitra_status),
    Route("GET", "/api/mitra/state", "mitra", get_mitra_state),
    Route("GET", "/api/mitra/chat-requests", "mitra", list_offers),
    Route("POST", f"{OFFER}/seen", "mitra", mark_offer_seen),
    Route("POST", f"{OFFER}/accept", "mitra", accept_request),
    Route("POST", f"{OFFER}/decline", "mitra", decline_request),
    Route("GET", "/api/mitra/chat-sessions", "mitra", list_chat_sessions),
    Route("GET", MITRA_CHAT, "mitra", get_chat_session),
    Route("GET", f"{MITRA_CHAT}/messages", "mitra", list_messages),
    Route("POST", f"{MITRA_CHAT}/messages", "mitra", send_message),
    Route("POST", f"{MITRA_CHAT}/end", "mitra", end_chat),
    Route("POST", f"{EXTENSION}/approve", "mitra", approve_extension),
    Route("POST", f"{EXTENSION}/reject", "mitra", reject_extension),
)

SOCKETS = (
    ("/api/client/ws", client_socket),
    ("/api/mitra/ws", mitra_socket),
)
