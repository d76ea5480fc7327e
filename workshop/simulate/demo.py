"""The demo mitras of `curhat up`: bots over the real API, so that one person can try everything alone."""

import asyncio

import structlog

from app.settings import Settings
from workshop.seed import seed_demo
from workshop.simulate.mitra import Manner, Mitra
from workshop.simulate.people import Somebody
from workshop.simulate.phrases import DEMO_GREETING
from workshop.simulate.plan import Figures
from workshop.simulate.simulation import make_person, rest_client

log = structlog.get_logger(__name__)


async def run_demo(settings: Settings) -> None:
    """Keep the demo mitras online until cancelled, also while workers restart.

    They accept after a few seconds, answer every message, and approve extensions.
    """
    people = await asyncio.to_thread(seed_demo, settings.database_url)
    mitras = [Somebody("mitra", str(one.id), one.name) for one in people if one.kind == "mitra"]
    async with rest_client(settings) as client, asyncio.TaskGroup() as tasks:
        for one in mitras:
            me = make_person(settings, client, one, one.name, Figures())
            manner = Manner(
                answers_offers_after=(2.0, 4.0),
                types_for=(1.0, 2.5),
                replies=None,
                greeting=DEMO_GREETING.format(name=one.name),
            )
            await me.start(tasks)
            log.info("demo mitra at work", name=one.name)
            tasks.create_task(Mitra(me, manner).be_there())
