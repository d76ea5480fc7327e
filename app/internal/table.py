"""Every route and socket of the internal listener."""

from app.http.health import METRICS_REFUSALS, healthz, metrics, readyz
from app.http.routes import Route, Socket
from app.internal.dashboard import get_dashboard
from app.internal.failed_pairings import (
    action_failure,
    action_failures,
    get_failed_pairing,
    list_failed_pairings,
)
from app.internal.live import (
    end_chat,
    force_mitra_offline,
    get_counters,
    get_offer_explanation,
    get_search,
    list_chat_sessions,
    list_mitras,
    list_searches,
    operator_state,
)
from app.internal.operators import add_operator, change_operator, list_operators
from app.internal.people import (
    get_mitra,
    get_mitra_day,
    get_payment_timeline,
    get_user,
    get_user_day,
    list_mitra_chat_sessions,
    list_user_payments,
    list_users,
)
from app.internal.replies import (
    CountersNow,
    CustomerDay,
    CustomerPage,
    Customers,
    Dashboard,
    DecidedFailures,
    EndedChat,
    FailedPairing,
    FailedPairings,
    FailureStory,
    LiveChats,
    MitraDay,
    MitraOffline,
    MitraPage,
    OfferExplanation,
    OperatorState,
    PastChats,
    PaymentStory,
    Purchases,
    Setting,
    SettingChanges,
    Settings,
    ShownMitras,
    ShownSearch,
    ShownSearches,
)
from app.internal.settings import list_config_history, list_settings, set_config
from app.internal.sign_in import change_own_password, end_login, login, refresh_login
from app.internal.socket import operator_socket
from app.public.replies import Health, Operator, Operators, Readiness, SignedInOperator, SignedOut

FAILURES = "/internal/failed-pairings"
FAILURE = f"{FAILURES}/<failure_id:uuid>"
SEARCH = "/internal/searches/<request_id:uuid>"
MITRA = "/internal/mitras/<mitra_id:uuid>"
USER = "/internal/users/<user_id:uuid>"
PAYMENT = "/internal/payments/<payment_session_id:uuid>"

TOO_MANY = {429: ("too_many_requests",)}

ROUTES = (
    Route("GET", "/healthz", None, healthz, {200: Health}, calls=()),
    Route("GET", "/readyz", None, readyz, {200: Readiness}, calls=("ready",)),
    Route("GET", "/metrics", None, metrics, {200: "text/plain"}, calls=(), refuses=METRICS_REFUSALS),
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
    Route(
        "POST",
        "/internal/operators",
        "operator",
        add_operator,
        {201: Operator},
        calls=("begin_add_operator", "add_operator"),
    ),
    Route("PATCH", "/internal/operators/<operator_id:uuid>", "operator", change_operator, {200: Operator}),
    Route("GET", "/internal/state", "operator", operator_state, {200: OperatorState}),
    Route("GET", "/internal/counters", "operator", get_counters, {200: CountersNow}),
    Route("GET", "/internal/dashboard", "operator", get_dashboard, {200: Dashboard}),
    Route("GET", "/internal/config", "operator", list_settings, {200: Settings}),
    Route("GET", "/internal/config/history", "operator", list_config_history, {200: SettingChanges}),
    Route("PATCH", "/internal/config/<key:str>", "operator", set_config, {200: Setting}),
    Route(
        "GET",
        FAILURES,
        "operator",
        list_failed_pairings,
        {200: (FailedPairings, "text/csv")},
        calls=("list_failed_pairings", "list_failed_pairings_csv"),
    ),
    Route("POST", f"{FAILURES}/actions", "operator", action_failures, {200: DecidedFailures}),
    Route("GET", FAILURE, "operator", get_failed_pairing, {200: FailureStory}),
    Route("POST", f"{FAILURE}/action", "operator", action_failure, {200: FailedPairing}),
    Route("GET", "/internal/searches", "operator", list_searches, {200: ShownSearches}),
    Route("GET", SEARCH, "operator", get_search, {200: ShownSearch}),
    Route(
        "GET",
        f"{SEARCH}/mitras/<mitra_id:uuid>",
        "operator",
        get_offer_explanation,
        {200: OfferExplanation},
    ),
    Route("GET", "/internal/chat-sessions", "operator", list_chat_sessions, {200: LiveChats}),
    Route(
        "POST",
        "/internal/chat-sessions/<chat_session_id:uuid>/end",
        "operator",
        end_chat,
        {200: EndedChat},
    ),
    Route("GET", "/internal/mitras", "operator", list_mitras, {200: ShownMitras}),
    Route("GET", MITRA, "operator", get_mitra, {200: MitraPage}),
    Route("GET", f"{MITRA}/days/<day:str>", "operator", get_mitra_day, {200: MitraDay}),
    Route("GET", f"{MITRA}/chat-sessions", "operator", list_mitra_chat_sessions, {200: PastChats}),
    Route("POST", f"{MITRA}/offline", "operator", force_mitra_offline, {200: MitraOffline}),
    Route("GET", "/internal/users", "operator", list_users, {200: Customers}),
    Route("GET", USER, "operator", get_user, {200: CustomerPage}),
    Route("GET", f"{USER}/days/<day:str>", "operator", get_user_day, {200: CustomerDay}),
    Route("GET", f"{USER}/payments", "operator", list_user_payments, {200: Purchases}),
    Route("GET", f"{PAYMENT}/timeline", "operator", get_payment_timeline, {200: PaymentStory}),
)

SOCKETS: tuple[Socket, ...] = (("/internal/ws", operator_socket),)
