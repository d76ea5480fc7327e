"""The web apps, as `web/build.mjs` built them, handed out from memory.

It guarantees
- that a browser gets the smallest form it takes: what was compressed at build time, never at request time;
- that a file whose name holds its hash is kept for good, and anything else is asked for again each time and
  answered by 304 while it is the same;
- that every address of an app is answered by its one page, and an address of the API never by a page;
- that a page loads nothing from elsewhere and runs no script but its own files; a service worker no more than it.
"""

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

import structlog
from sanic import HTTPResponse, Request, Sanic
from sanic.exceptions import NotFound

from app.http import errors

BUILT = Path(__file__).parents[2] / "build" / "web"

PAGE = "index.html"
SERVICE_WORKER = "worker.js"  # its name never changes: a browser knows it by its address
HASHED = "assets/"  # Vite's folder for names with a hash
# From the smallest form to the plain one, with the ending that the build gives it.
ENCODINGS = {"br": ".br", "gzip": ".gz", "identity": ""}
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
# Where an address that nobody knows is a mistake in a program, not a page of an app.
NOT_PAGES = ("/api", "/internal", "/docs", "/openapi.json", "/healthz", "/readyz", "/metrics")

EVERY_FILE = {
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "vary": "accept-encoding",
}
POLICY = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; media-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
EVERY_PAGE = {
    **POLICY,
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Form:
    """A file in one encoding: its bytes, and the headers that go with them."""

    body: bytes
    etag: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class File:
    """A file by encoding; `identity` is always among them."""

    media_type: str
    forms: Mapping[str, Form]

    @classmethod
    def read(cls, path: Path, name: str) -> "File":
        """The file at `path` and its compressed forms; `name` is its path within the app."""
        suffix = path.suffix
        media_type = (
            MEDIA_TYPES.get(suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        )
        shared = {
            "cache-control": "public, max-age=31536000, immutable" if name.startswith(HASHED) else "no-cache",
            **EVERY_FILE,
            **(EVERY_PAGE if suffix == ".html" else POLICY if name == SERVICE_WORKER else {}),
        }
        forms = {}
        for encoding, ending in ENCODINGS.items():
            form = path.with_name(path.name + ending)
            if form.is_file():
                forms[encoding] = _form(form.read_bytes(), encoding, shared)
        return cls(media_type, forms)

    def reply(self, request: Request) -> HTTPResponse:
        """The smallest form that the browser takes, or 304 when it has it already."""
        taken = _accepted(request.headers.get("accept-encoding", ""))
        form = next(form for encoding, form in self.forms.items() if encoding in taken)
        if form.etag in _etags(request.headers.get("if-none-match", "")):
            return HTTPResponse(None, 304, {**form.headers, "etag": form.etag})
        return HTTPResponse(form.body, 200, {**form.headers, "etag": form.etag}, self.media_type)


@dataclass(frozen=True, slots=True)
class WebApp:
    """A built app and the path that it is served at, "" or "/mitra"."""

    prefix: str
    files: Mapping[str, File]

    @classmethod
    def read(cls, name: str, prefix: str, built: Path = BUILT) -> "WebApp | None":
        """The app from the folder that it was built to; None when there is none."""
        folder = built / name
        if not (folder / PAGE).is_file():
            return None
        names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        plain = [name for name in names if not name.endswith((".br", ".gz"))]
        return cls(prefix, {name: File.read(folder / name, name) for name in plain})

    def covers(self, path: str) -> bool:
        """Whether an address is one of this app's."""
        return path == self.prefix or path.startswith(f"{self.prefix}/")


def install_folder(app: Sanic[Any, Any], name: str, prefix: str, built: Path = BUILT) -> None:
    """Serve the files of a built folder at a prefix. One that was not built is left out, and the log says so."""
    folder = built / name
    if not folder.is_dir():
        log.warning("this folder has not been built", folder=str(folder))
    for path in sorted(folder.glob("*")):
        if not path.name.endswith((".br", ".gz")):
            _add_file(app, f"{prefix}/{path.name}", File.read(path, path.name))


def install(app: Sanic[Any, Any], apps: Mapping[str, str], built: Path = BUILT) -> None:
    """Serve these apps, each by its name at its prefix. One that was not built is left out, and the log says so."""
    found = []
    for name, prefix in apps.items():
        web_app = WebApp.read(name, prefix, built)
        if web_app is None:
            log.warning("this web app has not been built", app=name, folder=str(built))
            continue
        found.append(web_app)
        for path, file in web_app.files.items():
            if path != PAGE:
                _add_file(app, f"{prefix}/{path}", file)
    # The longest prefix first: "/mitra" before "".
    pages = sorted(found, key=lambda web_app: len(web_app.prefix), reverse=True)

    async def page(request: Request, error: Exception) -> HTTPResponse:
        if request.method in ("GET", "HEAD") and _is_page(request.path):
            for web_app in pages:
                if web_app.covers(request.path):
                    return web_app.files[PAGE].reply(request)
        return errors.reply(request, error)

    app.error_handler.add(NotFound, page)


def _add_file(app: Sanic[Any, Any], path: str, file: File) -> None:
    async def get_file(request: Request) -> HTTPResponse:
        return file.reply(request)

    app.add_route(
        get_file, path, methods=["GET", "HEAD"], name=f"file_{path}".replace("/", "_"), ctx_is_file=True
    )


def _is_page(path: str) -> bool:
    """Whether an unknown address may be one of an app's screens: those have no ending as files have."""
    return not path.startswith(NOT_PAGES) and PurePosixPath(path).suffix == ""


def _form(body: bytes, encoding: str, shared: Mapping[str, str]) -> Form:
    headers = dict(shared)
    if encoding != "identity":
        headers["content-encoding"] = encoding
    return Form(body, f'"{sha256(body).hexdigest()[:32]}"', headers)


def _accepted(header: str) -> set[str]:
    """The encodings that an Accept-Encoding header takes; the plain form always is."""
    taken = {"identity"}
    for part in header.lower().split(","):
        encoding, _, quality = part.partition(";")
        if quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            taken.add(encoding.strip())
    return set(ENCODINGS) if "*" in taken else taken


def _etags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}
