"""How a process logs: structlog, on stderr, one line an event.

In production every line is a JSON object. In development it is made for reading, with colours on a terminal.
What libraries log by Python's own `logging` comes out in the same form.
"""

import logging
import os
import sys
from pathlib import Path
from typing import TextIO

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor

from app.settings import Settings

BIGGEST_FILE = 20 * 1024 * 1024  # bytes
QUIET = ("asyncio", "httpcore", "httpx", "websockets", "yoyo")  # they tell more at INFO than we want to know


def configure(
    settings: Settings, *, name: str = "", file: Path | None = None, level: int = logging.INFO
) -> None:
    """Set up the log of this process, once, before anything is logged.

    It goes to stderr; with `file` to that file instead, and only warnings and worse to stderr too. In
    production every line bears the `name` of the process.
    """
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handlers = [_handler(sys.stderr, settings, name, level if file is None else logging.WARNING)]
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(_handler(open_file(file), settings, name, level))
    logging.basicConfig(handlers=handlers, level=level, force=True)
    for library in QUIET:
        logging.getLogger(library).setLevel(logging.WARNING)


def open_file(path: Path) -> TextIO:
    """Open a log file for appending; one that has grown big becomes ``<name>.log.1`` first."""
    if path.exists() and path.stat().st_size > BIGGEST_FILE:
        path.replace(path.with_name(f"{path.name}.1"))
    return path.open("a", encoding="utf-8", buffering=1)


def _handler(stream: TextIO, settings: Settings, name: str, level: int) -> logging.Handler:
    handler = logging.StreamHandler(stream)
    handler.setLevel(level)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_shared(),
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_ending(stream, settings, name),
            ],
        )
    )
    return handler


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]


def _ending(stream: TextIO, settings: Settings, name: str) -> list[Processor]:
    if settings.production:

        def say_who(_logger: object, _method: str, event: EventDict) -> EventDict:
            return {**event, "process": name} if name else event

        return [
            say_who,
            # Not the values of local variables: they hold tokens, phone numbers and what people write.
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ]
    colours = stream.isatty() and not os.environ.get("NO_COLOR")
    return [structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)]
