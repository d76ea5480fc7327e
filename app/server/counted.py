"""A worker's metrics beside its requests: calls, connections, sockets, availability."""

from collections import Counter
from collections.abc import Mapping
from typing import get_args

from app.auth import Audience
from app.metrics import Figures, Timings, Values
from app.postgres.bell import Bell
from app.postgres.db import Database
from app.sockets.availability import Watch
from app.sockets.hub import Hub


def calls(figures: Figures) -> Timings:
    """Calls of functions, by outcome."""
    return figures.timings(
        "curhat_function_call_seconds",
        "Duration of calls of SQL functions; outcome: ok, refused, busy, unavailable, unknown, failed, or abandoned by "
        "the caller.",
        "function",
        "outcome",
    )


def database(figures: Figures, used: Database, bell: Bell) -> None:
    """The connections to Postgres."""
    figures.gauge(
        "curhat_database_connections",
        "Open connections: lanes for quick and slow calls, and the bell.",
        lambda: {
            **{(kind,): sum(lane.connected for lane in lanes) for kind, lanes in used.lanes.items()},
            ("bell",): bell.connected,
        },
        "lanes",
    )
    figures.gauge(
        "curhat_database_calls_in_flight",
        "Calls in flight.",
        lambda: {(kind,): sum(lane.in_flight for lane in lanes) for kind, lanes in used.lanes.items()},
        "lanes",
    )
    figures.gauge(
        "curhat_database_longest_queue",
        "Calls in flight on the lane that has the most.",
        lambda: {
            (kind,): max((lane.in_flight for lane in lanes), default=0) for kind, lanes in used.lanes.items()
        },
        "lanes",
    )


def sockets(figures: Figures, hub: Hub) -> None:
    """The WebSockets, and what is unsent."""

    def by_role() -> Mapping[Values, float]:
        found = Counter(member.role for member in hub.members())
        return {(role,): found[role] for role in get_args(Audience)}

    figures.gauge("curhat_sockets", "WebSockets that are signed in.", by_role, "role")
    figures.gauge(
        "curhat_socket_unsent_bytes",
        "Bytes that wait to be sent, over all WebSockets.",
        lambda: sum(member.websocket.unsent for member in hub.members()),
    )
    figures.gauge(
        "curhat_socket_longest_queue_bytes",
        "Bytes that wait to be sent over the slowest WebSocket.",
        lambda: max((member.websocket.unsent for member in hub.members()), default=0),
    )
    figures.gauge(
        "curhat_socket_held_frames",
        "Frames held back until a snapshot has been sent.",
        lambda: sum(member.held for member in hub.members()),
    )
    figures.gauge(
        "curhat_events_subscribed",
        "Whether this worker is subscribed to Redis.",
        lambda: float(hub.subscription.subscribed.is_set()),
    )
    figures.gauge(
        "curhat_events_unheard_seconds",
        "Time since the relay's last beat over Redis; it sends one every second.",
        lambda: hub.unheard_seconds,
    )


def availability(figures: Figures, watch: Watch) -> None:
    """What polls are answered."""
    figures.gauge(
        "curhat_availability_mitras", "How many mitras are available, as polls are told.", lambda: watch.count
    )
    figures.gauge(
        "curhat_availability_age_seconds",
        "Age of that count; missing when it is unknown.",
        lambda: {} if watch.age is None else {(): watch.age},
    )
    figures.gauge("curhat_availability_watchers", "WebSockets that watch it.", lambda: watch.watchers)
    figures.total(
        "curhat_availability_asked",
        "How often this worker queried Postgres itself, because nobody published availability.",
        lambda: watch.asked,
    )
