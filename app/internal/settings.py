"""The configuration that lives in the database."""

from sanic import HTTPResponse, Request

from app.http.routes import caller, database, reply
from app.internal.bodies import HistoryPage, NewSetting


async def list_settings(request: Request) -> HTTPResponse:
    """Every setting, with type, bounds and Indonesian labels."""
    return reply(await database(request).call("list_settings", caller(request).id))


async def set_config(request: Request, key: str, body: NewSetting) -> HTTPResponse:
    """Change a setting; it holds at once, everywhere."""
    changed = await database(request).call(
        "set_config", caller(request).id, key, str(body.value), body.version
    )
    return reply(changed)


async def list_config_history(request: Request, query: HistoryPage) -> HTTPResponse:
    """What settings were changed to, by whom and when, newest first."""
    listed = await database(request).call(
        "list_config_history", caller(request).id, query.key, query.cursor, query.limit
    )
    return reply(listed)
