// @ts-check
/// <reference lib="webworker" />
// Shows a page of its own when there is no network. Nothing else is cached, so an old version is never shown. Both apps'
// workers import it.

(() => {
  const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
  const { scope } = worker.registration;
  const KEPT = `curhat-offline ${scope}`;
  const FILES = ["offline.html", "offline.css", "offline.js", "icon.svg"].map(
    (name) => new URL(name, scope).href,
  );
  /** Paths of this origin that are not pages of this app. */
  const ELSEWHERE = ["/api/", "/docs", "/openapi.json", "/mitra"].filter(
    (path) => !new URL(scope).pathname.startsWith(path),
  );

  worker.addEventListener("install", (event) => {
    // The worker is installed even if these failed: the next page fetches them again.
    event.waitUntil(keep().catch(() => undefined));
  });

  worker.addEventListener("fetch", (event) => {
    const { pathname, href } = new URL(event.request.url);
    if (ELSEWHERE.some((path) => pathname.startsWith(path))) return;
    if (event.request.mode === "navigate") event.respondWith(page(event.request));
    else if (FILES.includes(href)) event.respondWith(file(event.request));
  });

  async function keep() {
    const kept = await caches.open(KEPT);
    await kept.addAll(FILES.map((href) => new Request(href, { cache: "reload" })));
  }

  /** @param {Request} request */
  async function page(request) {
    try {
      return await fetch(request);
    } catch {
      return (await fromKept("offline.html")) ?? Response.error();
    }
  }

  /** @param {Request} request */
  async function file(request) {
    try {
      return await fetch(request);
    } catch {
      return (await fromKept(request.url)) ?? Response.error();
    }
  }

  /** @param {string} name */
  async function fromKept(name) {
    return (await caches.open(KEPT)).match(new URL(name, scope).href);
  }
})();
