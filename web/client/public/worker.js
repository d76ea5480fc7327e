// @ts-check
/// <reference lib="webworker" />
// The customer's worker: only the page for when there is no network.
importScripts("offline-worker.js");

{
  const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
  worker.addEventListener("install", () => worker.skipWaiting());
  worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));
}
