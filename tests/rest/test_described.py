"""The OpenAPI documents are true: schemathesis generates requests from them and sends them to workers.

A valid request is sent at the moments of `tests.rest.scenes`, with the ids of that moment, so that it succeeds or gets
the refusals of that state. Nothing may be undocumented, of another type, or a 5xx, and every documented status must
occur. In the end the audit must find nothing.
"""

import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
import pytest
import redis
import requests
import schemathesis
from schemathesis import Case as AnyCase
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from app import redis_client
from app.described.openapi import TABLES, document
from app.http.limits import PREFIX
from app.http.routes import Listener, Route
from app.server import bind
from app.settings import Settings
from tests.cluster import TestCluster
from tests.conftest import APP_OPTIONS
from tests.frames import misfits
from tests.rest.harness import People, settings_for
from tests.rest.processes import serving
from tests.rest.scenes import MOMENTS, Scenes, is_uuid
from workshop.embedded.redis_server import RedisServer

Case = AnyCase[Any]
Parametrize = Callable[[Callable[..., None]], Callable[..., None]]

SEED = 37
EXAMPLES = 4
METRICS_TOKEN = "metrics-for-whoever-has-this"
SENT_AT_ALL_MOMENTS = 2
"""So many valid requests to a route are sent at every moment, later ones at one moment each, in turn."""

SIGN_IN_MOMENTS = ("nothing yet", "signing in")
"""Sign-in routes are called only at these moments, since hashing a password is slow."""

# Refusals that a valid request with the right token must never get.
NEVER = {
    *("invalid_body", "invalid_query", "invalid_idempotency_key", "not_found", "too_large"),
    *("unauthenticated", "forbidden", "too_many_requests"),
}
REFUSED_FOR_A_REASON = ["2xx", "400", "401", "403", "404", "409", "410", "429"]
REJECTED = ["400", "401", "403", "404", "405", "406", "409", "413", "414", "415", "422", "429", "5xx"]

CONFIG = {
    "seed": SEED,
    "suppress-health-check": ["all"],  # some of them measure time
    "generation": {"max-examples": EXAMPLES, "deterministic": True, "allow-x00": True},
    "checks": {
        "positive_data_acceptance": {"expected-statuses": REFUSED_FOR_A_REASON},
        "negative_data_rejection": {"expected-statuses": REJECTED},
    },
}


@dataclass
class World:
    """Both APIs, the scenes behind them, and what has been seen."""

    ports: dict[Listener, int]
    scenes: Scenes
    session: requests.Session
    redis: redis.Redis
    fitting: Counter[Route] = field(default_factory=Counter)
    seen: dict[Route, set[int]] = field(default_factory=lambda: defaultdict(set))
    turns: Iterator[str] = field(default_factory=lambda: itertools.cycle(MOMENTS))

    def moments_for(self, route: Route, *, fits: bool) -> Iterable[str]:
        """The moments at which to send the next request to a route."""
        is_sign_in = "/auth/" in route.path or "/operators" in route.path
        if not fits:
            return [SIGN_IN_MOMENTS[0] if is_sign_in else next(self.turns)]
        self.fitting[route] += 1
        if self.fitting[route] <= SENT_AT_ALL_MOMENTS:
            return SIGN_IN_MOMENTS if is_sign_in else MOMENTS
        return [] if is_sign_in else [next(self.turns)]

    def forget_limits(self) -> None:
        """Reset the rate limits: one address sends more requests here than a person would."""
        for key in self.redis.scan_iter(f"{PREFIX}*"):
            self.redis.delete(key)


def described(listener: Listener) -> Any:  # noqa: ANN401
    """One API's document, loaded by schemathesis."""
    return schemathesis.openapi.from_dict(
        json.loads(document(listener)), config=SchemathesisConfig.from_dict(CONFIG)
    )


@pytest.fixture(scope="module")
def settings(
    cluster: TestCluster,
    template: str,
    redis_server: RedisServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Settings]:
    """A database for this file, and free ports for both APIs."""
    home = tmp_path_factory.mktemp("described")
    database = f"curhat_{home.parent.name.replace('-', '_')}_described"
    cluster.create(database, template)
    with ExitStack() as stack:
        stack.callback(cluster.drop, database)
        public, internal = (stack.enter_context(bind("127.0.0.1", 0)).getsockname()[1] for _ in range(2))
        settings = settings_for(cluster.url(database), redis_server.url(), home)
        yield replace(settings, public_port=public, internal_port=internal, metrics_token=METRICS_TOKEN)


@pytest.fixture(scope="module")
def world(settings: Settings) -> Iterator[World]:
    """Both APIs, serving. In the end the audit must find nothing."""
    with ExitStack() as stack:
        owner = stack.enter_context(connection(settings, role="curhat_owner"))
        app = stack.enter_context(connection(settings, **APP_OPTIONS, role="curhat_app"))
        for listener in TABLES:
            stack.enter_context(serving(settings, listener))
        world = World(
            {"public": settings.public_port, "internal": settings.internal_port},
            Scenes(settings, app, People(owner)),
            stack.enter_context(requests.Session()),
            stack.enter_context(redis_client.connect_blocking(settings.redis_url)),
        )
        yield world
        assert audit(owner) == []
        assert misfits(owner) == []
    unseen = {
        (route.name, status)
        for route, statuses in world.seen.items()
        for status in route.replies.keys() - statuses
    }
    assert unseen == set()


def connection(settings: Settings, **options: str) -> psycopg.Connection[Any]:
    given = " ".join(f"-c {name}={value}" for name, value in options.items())
    return psycopg.connect(settings.database_url, autocommit=True, options=given)


def audit(owner: psycopg.Connection[Any]) -> list[Any]:
    """The broken invariants once everything due has been fired and delivered."""
    while owner.execute("select logic.fire_due()").fetchone() != (0,):
        pass
    while owner.execute("select event_id from api.drain_events(1000)").fetchall():
        pass
    return owner.execute("select * from ops.audit()").fetchall()


for_the_public_api: Parametrize = described("public").parametrize()
for_the_internal_api: Parametrize = described("internal").parametrize()


@pytest.mark.parametrize("listener", TABLES)
def test_schemathesis_tests_every_route(listener: Listener) -> None:
    asked_for = {
        result.ok().definition.raw["operationId"] for result in described(listener).get_all_operations()
    }
    assert asked_for == {route.name for route in TABLES[listener]}


@for_the_public_api
def test_the_public_api(case: Case, world: World) -> None:
    send("public", case, world)


@for_the_internal_api
def test_the_internal_api(case: Case, world: World) -> None:
    send("internal", case, world)


def send(listener: Listener, case: Case, world: World) -> None:
    """Send a case and check the response."""
    route = route_of(listener, case)
    world.forget_limits()
    fits = case.meta is None or case.meta.generation.mode is GenerationMode.POSITIVE
    for moment in world.moments_for(route, fits=fits):
        scene = world.scenes.at(moment)
        token = METRICS_TOKEN if route.audience is None else scene.token(route.audience)
        response = in_scene(case, scene.names(listener), fits=fits).call_and_validate(
            base_url=f"http://127.0.0.1:{world.ports[listener]}",
            headers={"Authorization": f"Bearer {token}"},
            session=world.session,
        )
        world.seen[route].add(response.status_code)
        if fits and response.status_code >= 400:
            assert response.json().get("error") not in NEVER, response.text
        if case.method != "GET" and (response.status_code < 300 or response.status_code == 409):
            world.scenes.spent(moment)


def route_of(listener: Listener, case: Case) -> Route:
    """The route of a case."""
    name = case.operation.definition.raw["operationId"]
    return next(route for route in TABLES[listener] if route.name == name)


def in_scene(case: Case, names: Mapping[str, Any], *, fits: bool) -> Case:
    """Replace the generated ids by the scene's. In a valid case, replace every value that the scene has."""
    copy: Case = case.operation.Case(
        method=case.method,
        path_parameters=_with_names(case.path_parameters, names, fits=fits),
        headers=case.headers,
        query=_with_names(case.query, names, fits=False),
        body=_with_names(case.body, names, fits=fits),
        media_type=case.media_type,
        _meta=case.meta,
    )
    if fits and isinstance(copy.body, dict):
        copy.body = {name: _as_clients_write(value) for name, value in copy.body.items()}
    return copy


def _as_clients_write(value: Any) -> Any:  # noqa: ANN401
    """JSON Schema accepts 1.0 as an integer; clients write 1."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _with_names(given: Any, names: Mapping[str, Any], *, fits: bool) -> Any:  # noqa: ANN401
    if not isinstance(given, dict):
        return given
    return {
        name: names.get(name, value) if fits or _has_ids(value) else value for name, value in given.items()
    }


def _has_ids(value: object) -> bool:
    return is_uuid(value) or (isinstance(value, list) and bool(value) and all(map(is_uuid, value)))
