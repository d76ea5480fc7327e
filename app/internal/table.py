"""Every route and socket of the internal listener."""

from app.http.health import METRICS_REFUSALS, healthz, metrics, readyz
from app.http.routes import Route, Socket
from app.internal.bodies import (
    Days,
    Decision,
    Decisions,
    Gift,
    HistoryPage,
    MitrasFilter,
    NewPrice,
    NewRate,
    NewSetting,
    Part,
    Reason,
    UsersFilter,
    WhichDay,
    WhichDays,
)
from app.internal.failed_pairings import list_failed_pairings
from app.internal.operators import add_operator
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
    GivenCredit,
    LiveChats,
    MitraDay,
    MitraOffline,
    MitraPage,
    OfferExplanation,
    OperatorState,
    PastChats,
    PaymentStory,
    Price,
    Prices,
    Purchases,
    Rate,
    Reconciliation,
    Setting,
    SettingChanges,
    Settings,
    ShownMitras,
    ShownSearch,
    ShownSearches,
)
from app.internal.sign_in import change_own_password, end_login, login, refresh_login
from app.internal.socket import operator_socket
from app.public.bodies import OperatorChange, ShortPage
from app.public.replies import Health, Operator, Operators, Readiness, SignedInOperator, SignedOut

FAILURES = "/internal/failed-pairings"
FAILURE = f"{FAILURES}/<failure_id:uuid>"
SEARCH = "/internal/searches/<request_id:uuid>"
MITRA = "/internal/mitras/<mitra_id:uuid>"
USER = "/internal/users/<user_id:uuid>"
PAYMENT = "/internal/payments/<payment_session_id:uuid>"

TOO_MANY = {429: ("too_many_requests",)}


class Row(Route):
    """A route whose functions are those of `control_center`."""

    schema = "control_center"


ROUTES: tuple[Route, ...] = (
    Row("GET", "/healthz", None, healthz, {200: Health}),
    Row("GET", "/readyz", None, readyz, {200: Readiness}, calls=("ready",)),
    Row("GET", "/metrics", None, metrics, {200: "text/plain"}, refuses=METRICS_REFUSALS),
    Row(
        "POST",
        "/internal/auth/login",
        None,
        login,
        {200: SignedInOperator},
        calls=("begin_login", "finish_login"),
        refuses=TOO_MANY,
    ),
    Row(
        "POST",
        "/internal/auth/refresh",
        None,
        refresh_login,
        {200: SignedInOperator},
        calls=("refresh_login",),
    ),
    Row("POST", "/internal/auth/logout", None, end_login, {200: SignedOut}, calls=("end_login",)),
    Row(
        "POST",
        "/internal/auth/password",
        "operator",
        change_own_password,
        {200: SignedInOperator},
        calls=("begin_password_change", "finish_password_change"),
        refuses=TOO_MANY,
    ),
    Row("GET", "/internal/operators", "operator", "list_operators", {200: Operators}),
    Row(
        "POST",
        "/internal/operators",
        "operator",
        add_operator,
        {201: Operator},
        calls=("begin_add_operator", "add_operator"),
    ),
    Row(
        "PATCH",
        "/internal/operators/<changed_id:uuid>",
        "operator",
        "change_operator",
        {200: Operator},
        body=OperatorChange,
    ),
    Row("GET", "/internal/state", "operator", "operator_state", {200: OperatorState}),
    Row("GET", "/internal/counters", "operator", "get_counters", {200: CountersNow}),
    Row("GET", "/internal/dashboard", "operator", "get_dashboard", {200: Dashboard}, query=WhichDays),
    Row("GET", "/internal/config", "operator", "list_settings", {200: Settings}),
    Row(
        "GET",
        "/internal/config/history",
        "operator",
        "list_config_history",
        {200: SettingChanges},
        query=HistoryPage,
    ),
    Row("GET", "/internal/prices", "operator", "list_prices", {200: Prices}),
    Row("POST", "/internal/prices", "operator", "set_price_tier", {201: Price}, body=NewPrice),
    Row("POST", "/internal/prices/<tier_id:uuid>/retire", "operator", "retire_price_tier", {200: Price}),
    Row("POST", "/internal/rates", "operator", "set_rate", {201: Rate}, body=NewRate),
    Row(
        "GET", "/internal/reconciliation", "operator", "get_reconciliation", {200: Reconciliation}, query=Days
    ),
    Row("PATCH", "/internal/config/<key:str>", "operator", "set_config", {200: Setting}, body=NewSetting),
    Row(
        "GET",
        FAILURES,
        "operator",
        list_failed_pairings,
        {200: (FailedPairings, "text/csv")},
        calls=("list_failed_pairings", "list_failed_pairings_csv"),
    ),
    Row("POST", f"{FAILURES}/actions", "operator", "action_failures", {200: DecidedFailures}, body=Decisions),
    Row("GET", FAILURE, "operator", "get_failed_pairing", {200: FailureStory}),
    Row("POST", f"{FAILURE}/action", "operator", "action_failure", {200: FailedPairing}, body=Decision),
    Row("GET", "/internal/searches", "operator", "list_searches", {200: ShownSearches}, query=Part),
    Row("GET", SEARCH, "operator", "get_search", {200: ShownSearch}),
    Row(
        "GET",
        f"{SEARCH}/mitras/<mitra_id:uuid>",
        "operator",
        "get_offer_explanation",
        {200: OfferExplanation},
    ),
    Row("GET", "/internal/chat-sessions", "operator", "list_chat_sessions", {200: LiveChats}, query=Part),
    Row(
        "POST",
        "/internal/chat-sessions/<chat_session_id:uuid>/end",
        "operator",
        "end_chat",
        {200: EndedChat},
        body=Reason,
    ),
    Row("GET", "/internal/mitras", "operator", "list_mitras", {200: ShownMitras}, query=MitrasFilter),
    Row("GET", MITRA, "operator", "get_mitra", {200: MitraPage}, query=WhichDay),
    Row("GET", f"{MITRA}/days/<day:str>", "operator", "get_mitra_day", {200: MitraDay}),
    Row(
        "GET",
        f"{MITRA}/chat-sessions",
        "operator",
        "list_mitra_chat_sessions",
        {200: PastChats},
        query=ShortPage,
    ),
    Row("POST", f"{MITRA}/offline", "operator", "force_mitra_offline", {200: MitraOffline}, body=Reason),
    Row("GET", "/internal/users", "operator", "list_users", {200: Customers}, query=UsersFilter),
    Row("GET", USER, "operator", "get_user", {200: CustomerPage}, query=WhichDay),
    Row("GET", f"{USER}/days/<day:str>", "operator", "get_user_day", {200: CustomerDay}),
    Row("GET", f"{USER}/payments", "operator", "list_user_payments", {200: Purchases}, query=ShortPage),
    Row("POST", f"{USER}/credit", "operator", "give_credit", {201: GivenCredit}, body=Gift),
    Row("GET", f"{PAYMENT}/timeline", "operator", "get_payment_timeline", {200: PaymentStory}),
)

SOCKETS: tuple[Socket, ...] = (("/internal/ws", operator_socket),)
