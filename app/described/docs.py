"""`/openapi.json`, and `/docs`: a page to read and try it, which loads nothing from other hosts.

The page is Swagger UI, whose files `web/build.mjs` puts beside the web apps; `app.http.static` serves them. Its
policy allows scripts and styles of this origin alone.
"""

from html import escape

from sanic import Blueprint, HTTPResponse, Request

from app.described.openapi import TITLES, document
from app.http.routes import Listener

READS = ["GET", "HEAD"]
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
FOR_A_DAY = {"cache-control": "max-age=86400", "x-content-type-options": "nosniff"}

PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
"""
START = """\
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  tryItOutEnabled: true,
  validatorUrl: null,
});
"""


def blueprint(listener: Listener) -> Blueprint:
    """The OpenAPI document and the page of a server."""
    made = Blueprint("docs")
    described = document(listener)
    page = PAGE.format(title=escape(TITLES[listener]))

    async def openapi_json(_request: Request) -> HTTPResponse:
        return HTTPResponse(described, content_type="application/json")

    async def docs(_request: Request) -> HTTPResponse:
        return HTTPResponse(page, headers=HEADERS, content_type="text/html; charset=utf-8")

    made.add_route(openapi_json, "/openapi.json", methods=READS)
    made.add_route(docs, "/docs", methods=READS)
    made.add_route(_to_docs, "/docs/", methods=READS, name="to_docs")
    made.add_route(_start, "/docs/start.js", methods=READS, name="start")
    return made


async def _to_docs(_request: Request) -> HTTPResponse:
    return HTTPResponse(None, 308, {"location": "/docs"})


async def _start(_request: Request) -> HTTPResponse:
    return HTTPResponse(START, headers=FOR_A_DAY, content_type="text/javascript; charset=utf-8")
