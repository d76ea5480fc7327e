"""Every figure is explained, and alerts and pages name only figures that exist."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from app.metrics import Figures, Scrape
from app.server import create_internal_app, create_public_app
from app.settings import Settings
from listeners import availability, deadlines, relay

pytestmark = pytest.mark.check

PROJECT = Path(__file__).resolve().parents[2]
ALERTS = PROJECT / "deploy" / "prometheus" / "alerts.yaml"
ENDINGS = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
NAME = re.compile(r"\bcurhat_\w+")


def section(page: str, title: str) -> str:
    """The text under a title of a page."""
    text = (PROJECT / "docs" / page).read_text("utf-8")
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The tables' rows, as their cells."""
    return [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| ")]


@pytest.fixture
async def families(tmp_path: Path) -> dict[str, str]:
    """The figures of our processes by name, with their kind. Nothing has happened in them yet."""
    settings = replace(
        Settings.from_environment({"CURHAT_HOME": str(tmp_path)}),
        database_url="postgresql://127.0.0.1:1/nowhere",
        redis_url="redis://127.0.0.1:1",
    )
    for create in (create_public_app, create_internal_app):
        create(settings).ctx.figures.write()
    for run in (relay.run, deadlines.run, availability.run):
        figures = Figures(run.__module__, tmp_path)
        task = asyncio.create_task(run(settings, figures=figures))
        await asyncio.sleep(0)
        figures.write()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return {one.name: one.type for one in Scrape(tmp_path).collect() if one.name.startswith("curhat_")}


@pytest.fixture
def names(families: dict[str, str]) -> set[str]:
    """The names under which Prometheus knows them."""
    return {name + ending for name, kind in families.items() for ending in ENDINGS[kind]}


def alerts() -> dict[str, str]:
    """The expressions of the alerts, by name."""
    found: dict[str, Any] = YAML(typ="safe").load(ALERTS.read_text("utf-8"))
    return {rule["alert"]: rule["expr"] for group in found["groups"] for rule in group["rules"]}


def test_every_figure_is_explained_once_and_no_other(families: dict[str, str]) -> None:
    explained = [name for row in rows(section("operations.md", "Figures")) for name in NAME.findall(row[0])]
    assert sorted(explained) == sorted(families)


def test_the_pages_queries_name_figures_that_there_are(names: set[str]) -> None:
    (queries,) = re.findall(
        r"^```promql\n(.*?)^```", section("operations.md", "Figures"), re.MULTILINE | re.DOTALL
    )
    assert set(NAME.findall(queries)) <= names


def test_alerts_name_figures_that_there_are(names: set[str]) -> None:
    for alert, expression in alerts().items():
        assert set(NAME.findall(expression)) <= names, alert


def test_every_alert_is_explained_with_what_it_looks_at(families: dict[str, str]) -> None:
    """The page uses the figure's name, the alert that of Prometheus' series."""
    explained = {
        row[0].strip(" `"): set(NAME.findall(row[1]))
        for row in rows(section("deployment.md", "What to watch"))
        if "`Curhat" in row[0]
    }
    looked_at = {
        alert: {
            one
            for name in NAME.findall(expression)
            for one in families
            if name in {one + ending for ending in ENDINGS[families[one]]}
        }
        for alert, expression in alerts().items()
    }
    named = {alert: {name.removesuffix("_total") for name in found} for alert, found in explained.items()}
    assert named == looked_at
