// @ts-check
/// <reference lib="webworker" />
// The page that is shown when one is opened without a network. While there is one, every page comes from it: nothing of
// the app is kept, so no old version of it is ever shown. Both apps' workers take this in.

(() => {
  const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
  const { scope } = worker.registration;
  const KEPT = `curhat-offline ${scope}`;
  const FILES = ["offline.html", "offline.css", "offline.js", "icon.svg"].map(
    (name) => new URL(name, scope).href,
  );
  /** What the same origin serves beside this app, and no page of it. */
  const ELSEWHERE = ["/api/", "/docs", "/openapi.json", "/mitra"].filter(
    (path) => !new URL(scope).pathname.startsWith(path),
  );

  worker.addEventListener("install", (event) => {
    // A worker that could not fetch them is installed none the less: they are asked for again with the next page.
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
