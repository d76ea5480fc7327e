"""The WebSocket of one person; it reconnects while its task runs."""

import json
from collections.abc import Callable
from typing import Any, NoReturn

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage, InvalidStatus
from websockets.typing import Subprotocol

from app.retries import Retries

Frame = dict[str, Any]

PROTOCOL = "curhat.v1"
OPEN_TIMEOUT_SECONDS = 10
PING_SECONDS = 5
# Refusals and protocol errors: reconnecting would not help.
FATAL_CODES = (4003, 4009, 4029)
# The same, unless the token was accepted first and has expired since.
UNAUTHENTICATED = 4001
LONGEST_PAUSE_SECONDS = 2.0

log = structlog.get_logger(__name__)


class TurnedAwayError(Exception):
    """The server closed the socket because of a bug, in a bot or in the server."""


class LiveSocket:
    """A socket that reconnects. `on_connected` is called before the first frame of each connection."""

    def __init__(
        self,
        url: str,
        make_token: Callable[[], str],
        *,
        on_connected: Callable[[], None],
        on_frame: Callable[[Frame], None],
    ) -> None:
        self._url = url
        self._make_token = make_token
        self._on_connected = on_connected
        self._on_frame = on_frame
        self._connection: ClientConnection | None = None

    @property
    def connected(self) -> bool:
        return self._connection is not None

    async def run(self) -> NoReturn:
        """Connect, read, reconnect, until cancelled.

        Raises:
            TurnedAwayError: the server refused the socket, or closed it with a code that forbids reconnecting.
        """
        retries = Retries(LONGEST_PAUSE_SECONDS)
        while True:
            try:
                async with self._connect() as connection:
                    retries.reset()
                    await self._read(connection)
            except (OSError, TimeoutError, InvalidHandshake, InvalidMessage) as error:
                if isinstance(error, InvalidStatus) and error.response.status_code < 500:
                    raise TurnedAwayError(f"{self._url}: HTTP {error.response.status_code}") from error
            await retries.wait()

    async def send(self, frame: Frame) -> bool:
        """Send a frame; False if the socket is down. True does not mean that it arrived."""
        if self._connection is None:
            return False
        try:
            await self._connection.send(json.dumps(frame))
        except ConnectionClosed:
            return False
        return True

    def _connect(self) -> connect:
        return connect(
            self._url,
            subprotocols=[Subprotocol(PROTOCOL), Subprotocol(f"bearer.{self._make_token()}")],
            open_timeout=OPEN_TIMEOUT_SECONDS,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            close_timeout=1,
            compression=None,
            proxy=None,
        )

    async def _read(self, connection: ClientConnection) -> None:
        self._on_connected()
        self._connection = connection
        let_in = False
        try:
            async for text in connection:
                let_in = True
                self._on_frame(json.loads(text))
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else None
            if code in FATAL_CODES or (code == UNAUTHENTICATED and not let_in):
                raise TurnedAwayError(f"{self._url}: closed with {code}") from closed
            log.debug("socket lost", url=self._url, code=code)
        finally:
            self._connection = None
