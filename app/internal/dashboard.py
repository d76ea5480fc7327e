"""The figures."""

from sanic import HTTPResponse, Request

from app.http.routes import caller, database, reply
from app.internal.bodies import WhichDays


async def get_dashboard(request: Request, query: WhichDays) -> HTTPResponse:
    """The funnel, failures, times to pair, presence, money, and alarms."""
    return reply(await database(request).call("get_dashboard", caller(request).id, query.days))
