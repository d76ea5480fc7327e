// @ts-check
/// <reference lib="webworker" />
// The customer's worker: a page for when there is no network (`offline-worker.js`), and nothing else.
importScripts("offline-worker.js");

{
  const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
  worker.addEventListener("install", () => worker.skipWaiting());
  worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));
}
