"""Every route and socket of the public listener."""

from app.http.health import METRICS_REFUSALS, healthz, metrics, readyz
from app.http.limits import PAYMENTS_OF_CUSTOMER
from app.http.routes import Route, Socket
from app.public.bodies import (
    MessagePage,
    NewCharge,
    NewExtension,
    NewMessage,
    NewMitraStatus,
    NewPaymentSession,
    Page,
    PaidRequest,
    ReturningRequest,
    ShortPage,
    WhichTiers,
)
from app.public.conversation import client_socket, mitra_socket
from app.public.notices import NOT_KEPT, midtrans_notice, xendit_notice
from app.public.replies import (
    AcceptedChat,
    CancelledSearch,
    Charge,
    Chat,
    Chats,
    ClientState,
    CustomersChat,
    CustomersChats,
    DeclinedOffer,
    Earnings,
    Extension,
    FailedSearch,
    Health,
    Message,
    Messages,
    MitraState,
    MitraStatus,
    Money,
    Movements,
    Offers,
    PaymentSession,
    Pricing,
    Readiness,
    Receipts,
    SeenOffer,
    SentCode,
    SignedIn,
    SignedOut,
    StartedSearch,
    TakenNotice,
    WayToPay,
)
from app.public.searches import mitra_availability, search_status
from app.public.sign_in import end_sign_in, refresh_sign_in, request_otp, verify_otp
from app.sockets.availability import Availability

PAID = "<payment_session_id:uuid>"
PAYMENTS = "/api/client/payment-sessions"
PAYMENT = f"{PAYMENTS}/{PAID}"
SEARCHES = "/api/client/chat-requests"
CLIENT_CHAT = "/api/client/chat-sessions/<chat_session_id:uuid>"
MITRA_CHAT = "/api/mitra/chat-sessions/<chat_session_id:uuid>"
OFFER = "/api/mitra/chat-requests/<request_id:uuid>"
EXTENSION = "/api/mitra/extensions/<extension_id:uuid>"

TOO_MANY = {429: ("too_many_requests",)}
STARTED = {201: StartedSearch, 200: StartedSearch}

ROUTES = (
    Route("GET", "/healthz", None, healthz, {200: Health}),
    Route("GET", "/readyz", None, readyz, {200: Readiness}, calls=("ready",)),
    Route("GET", "/metrics", None, metrics, {200: "text/plain"}, refuses=METRICS_REFUSALS),
    Route(
        "POST",
        "/api/auth/otp",
        None,
        request_otp,
        {202: SentCode},
        calls=("get_sign_in_phone", "request_otp", "take_back_otp"),
        refuses={**TOO_MANY, 503: ("otp_not_sent",)},
    ),
    Route(
        "POST",
        "/api/auth/otp/verify",
        None,
        verify_otp,
        {200: SignedIn},
        calls=("get_sign_in_phone", "verify_otp"),
        refuses=TOO_MANY,
    ),
    Route("POST", "/api/auth/refresh", None, refresh_sign_in, {200: SignedIn}, calls=("refresh_sign_in",)),
    Route("POST", "/api/auth/logout", None, end_sign_in, {200: SignedOut}, calls=("end_sign_in",)),
    Route(
        "POST",
        "/api/providers/midtrans/notices",
        None,
        midtrans_notice,
        {200: TakenNotice},
        calls=("take_notice",),
        refuses=NOT_KEPT,
    ),
    Route(
        "POST",
        "/api/providers/xendit/notices",
        None,
        xendit_notice,
        {200: TakenNotice},
        calls=("take_notice",),
        refuses=NOT_KEPT,
    ),
    Route("GET", "/api/client/mitra-availability", "customer", mitra_availability, {200: Availability}),
    Route("GET", "/api/client/state", "customer", "client_state", {200: ClientState}),
    Route("GET", "/api/client/pricing", "customer", "get_pricing", {200: Pricing}, query=WhichTiers),
    Route(
        "POST",
        PAYMENTS,
        "customer",
        "create_payment_session",
        {201: PaymentSession},
        body=NewPaymentSession,
        limit=PAYMENTS_OF_CUSTOMER,
    ),
    Route("GET", PAYMENT, "customer", "get_payment_session", {200: PaymentSession}),
    Route("POST", f"{PAYMENT}/confirm", "customer", "confirm_payment_session", {200: PaymentSession}),
    Route("GET", f"{PAYMENT}/charges", "customer", "get_charge", {200: WayToPay}),
    Route("POST", f"{PAYMENT}/charges", "customer", "begin_charge", {201: Charge}, body=NewCharge),
    Route("POST", f"{PAYMENT}/cancel", "customer", "cancel_payment_session", {200: PaymentSession}),
    Route("GET", PAYMENTS, "customer", "list_payments", {200: Receipts}, query=ShortPage),
    Route("GET", "/api/client/credit", "customer", "list_credit", {200: Movements}, query=ShortPage),
    Route("POST", f"{PAYMENT}/seen", "customer", "see_decision", {200: Money}),
    Route(
        "POST", SEARCHES, "customer", "start_general_request", STARTED, body=PaidRequest, status=search_status
    ),
    Route(
        "POST",
        f"{SEARCHES}/returning",
        "customer",
        "start_returning_request",
        {**STARTED, 409: FailedSearch},
        body=ReturningRequest,
        status=search_status,
    ),
    Route(
        "POST", f"{SEARCHES}/cancel", "customer", "cancel_request", {200: CancelledSearch}, body=PaidRequest
    ),
    Route(
        "POST",
        f"{SEARCHES}/{PAID}/fallback-to-blast",
        "customer",
        "fallback_to_blast",
        STARTED,
        status=search_status,
    ),
    Route(
        "GET",
        "/api/client/chat-sessions",
        "customer",
        "list_chat_sessions",
        {200: CustomersChats},
        query=Page,
    ),
    Route("GET", CLIENT_CHAT, "customer", "get_chat_session", {200: CustomersChat}),
    Route("GET", f"{CLIENT_CHAT}/messages", "customer", "list_messages", {200: Messages}, query=MessagePage),
    Route("POST", f"{CLIENT_CHAT}/messages", "customer", "send_message", {201: Message}, body=NewMessage),
    Route(
        "POST",
        f"{CLIENT_CHAT}/extensions",
        "customer",
        "request_extension",
        {201: Extension},
        body=NewExtension,
    ),
    Route("POST", f"{CLIENT_CHAT}/end", "customer", "end_chat", {200: Chat}),
    Route("GET", "/api/mitra/state", "mitra", "mitra_state", {200: MitraState}),
    Route("POST", "/api/mitra/status", "mitra", "set_mitra_status", {200: MitraStatus}, body=NewMitraStatus),
    Route("GET", "/api/mitra/earnings", "mitra", "get_earnings", {200: Earnings}),
    Route(
        "GET", "/api/mitra/earnings/movements", "mitra", "list_earnings", {200: Movements}, query=ShortPage
    ),
    Route("GET", "/api/mitra/chat-requests", "mitra", "list_offers", {200: Offers}),
    Route("POST", f"{OFFER}/seen", "mitra", "mark_offer_seen", {200: SeenOffer}),
    Route("POST", f"{OFFER}/accept", "mitra", "accept_request", {200: AcceptedChat}),
    Route("POST", f"{OFFER}/decline", "mitra", "decline_request", {200: DeclinedOffer}),
    Route("GET", "/api/mitra/chat-sessions", "mitra", "list_chat_sessions", {200: Chats}, query=Page),
    Route("GET", MITRA_CHAT, "mitra", "get_chat_session", {200: Chat}),
    Route("GET", f"{MITRA_CHAT}/messages", "mitra", "list_messages", {200: Messages}, query=MessagePage),
    Route("POST", f"{MITRA_CHAT}/messages", "mitra", "send_message", {201: Message}, body=NewMessage),
    Route("POST", f"{MITRA_CHAT}/end", "mitra", "end_chat", {200: Chat}),
    Route("POST", f"{EXTENSION}/approve", "mitra", "approve_extension", {200: Extension}),
    Route("POST", f"{EXTENSION}/reject", "mitra", "reject_extension", {200: Extension}),
)

SOCKETS: tuple[Socket, ...] = (
    ("/api/client/ws", client_socket),
    ("/api/mitra/ws", mitra_socket),
)
