"""The files of the web apps, as workers serve them."""

import gzip
import json
import re

import httpx
import pytest

from app.http import static


def built(name: str, pattern: str) -> str:
    """The path, within a web app, of its only file that matches the pattern."""
    folder = static.BUILT / name
    (path,) = folder.glob(pattern)
    return path.relative_to(folder).as_posix()


async def test_each_app_is_served_at_its_path(http: httpx.AsyncClient, internal: httpx.AsyncClient) -> None:
    for client, path, title in (
        (http, "/", "<title>Curhat</title>"),
        (http, "/mitra", "<title>Curhat Mitra</title>"),
        (http, "/mitra/", "<title>Curhat Mitra</title>"),
        (internal, "/", "<title>Curhat Control Center</title>"),
    ):
        response = await client.get(path)
        assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert title in response.text


async def test_every_path_of_an_app_is_answered_with_its_page(http: httpx.AsyncClient) -> None:
    home, mitra = await http.get("/"), await http.get("/mitra/")
    assert (await http.get("/chat/7e0b7c1e-2f3f-4f8a-b0a2-3a4c5d6e7f80")).content == home.content
    assert (await http.get("/mitra/riwayat")).content == mitra.content
    assert (await http.get("/mitrapolis")).content == home.content


@pytest.mark.parametrize(
    "path",
    ["/api", "/api/client/nothing", "/api/client/payment-sessions/42", "/internal/config", "/docs/none"],
)
async def test_a_path_of_the_api_is_never_answered_with_a_page(http: httpx.AsyncClient, path: str) -> None:
    response = await http.get(path, headers={"Accept": "text/html"})
    assert (response.status_code, response.json()["error"]) == (404, "not_found")


async def test_a_missing_file_is_not_found(http: httpx.AsyncClient) -> None:
    for path in ("/assets/index-gone.js", "/mitra/assets/index-gone.js", "/index.html", "/icon.svg.br"):
        response = await http.get(path)
        assert (response.status_code, response.json()["error"]) == (404, "not_found")


async def test_a_page_is_served_only_for_get_and_head(http: httpx.AsyncClient) -> None:
    assert (await http.post("/riwayat")).json()["error"] == "not_found"
    assert (await http.post("/icon.svg")).status_code == 405
    head = await http.head("/")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 0


async def test_a_browser_gets_the_smallest_encoding_it_accepts(http: httpx.AsyncClient) -> None:
    path = f"/{built('client', 'assets/index-*.js')}"
    sizes = {}
    for asked, given in (("gzip, deflate, br, zstd", "br"), ("gzip;q=1.0, br;q=0", "gzip"), ("", None)):
        response = await http.get(path, headers={"Accept-Encoding": asked})
        assert response.headers.get("content-encoding") == given
        assert response.headers["vary"] == "accept-encoding"
        assert response.headers["content-type"] == "text/javascript; charset=utf-8"
        sizes[given] = int(response.headers["content-length"])
    assert sizes["br"] < sizes["gzip"] < (sizes[None] or 0)
    plain = (static.BUILT / "client" / path[1:]).read_bytes()
    assert sizes[None] == len(plain)
    assert gzip.decompress((static.BUILT / "client" / f"{path[1:]}.gz").read_bytes()) == plain


async def test_hashed_files_are_immutable_and_others_are_revalidated(
    http: httpx.AsyncClient,
) -> None:
    kept = await http.get(f"/{built('client', 'assets/index-*.css')}")
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    for path in ("/", "/manifest.webmanifest", "/icon.svg", "/mitra/worker.js"):
        response = await http.get(path)
        assert response.headers["cache-control"] == "no-cache"
        again = await http.get(path, headers={"If-None-Match": f'"other", W/{response.headers["etag"]}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == response.headers["etag"]


async def test_each_encoding_of_a_file_has_its_own_etag(http: httpx.AsyncClient) -> None:
    etags = [
        (await http.get("/", headers={"Accept-Encoding": encoding})).headers["etag"]
        for encoding in ("br", "gzip", "identity")
    ]
    assert len(set(etags)) == 3


async def test_a_page_loads_only_its_own_files(http: httpx.AsyncClient) -> None:
    for path in ("/", "/mitra", "/chat/1"):
        response = await http.get(path)
        policy = dict(part.split(" ", 1) for part in response.headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert {policy["script-src"], policy["style-src"], policy["connect-src"]} == {"'self'"}
        assert policy["frame-ancestors"] == "'none'"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "<style" not in response.text
        assert all("src=" in tag for tag in response.text.split("<script")[1:])


async def test_the_first_load_of_the_client_app_is_small(http: httpx.AsyncClient) -> None:
    """At most 120 KiB of compressed JavaScript, over all scripts that the page names."""
    page = (await http.get("/")).text
    scripts = re.findall(r'(?:src|href)="(/[^"]+\.js)"', page)
    sizes = [
        int((await http.get(path, headers={"Accept-Encoding": "br"})).headers["content-length"])
        for path in scripts
    ]
    assert 0 < sum(sizes) < 120 * 1024


async def test_both_apps_can_be_installed(http: httpx.AsyncClient) -> None:
    for prefix in ("", "/mitra"):
        page = (await http.get(f"{prefix}/")).text
        assert f'href="{prefix}/manifest.webmanifest"' in page
        response = await http.get(f"{prefix}/manifest.webmanifest")
        assert response.headers["content-type"] == "application/manifest+json"
        manifest = json.loads(response.text)
        assert manifest["start_url"] == manifest["scope"] == f"{prefix}/"
        for icon in manifest["icons"]:
            found = await http.get(f"{prefix}/{icon['src']}")
            assert (found.status_code, found.headers["content-type"]) == (200, icon["type"])
