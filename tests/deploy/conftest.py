"""Two Postgres servers as deploy/ has them."""

from collections.abc import Iterator

import pytest

from tests.deploy.pair import Pair


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """A primary and its standby, for one file's tests."""
    pair = Pair.start()
    try:
        yield pair
    finally:
        pair.end()
