// @ts-check
/// <reference lib="webworker" />
// Shows notifications, which Chrome on Android takes from service workers only, and the page for when there is no network.

importScripts("offline-worker.js");

/** @typedef {{ tag: string, body: string }} Notice */
/** @typedef {{ title: string, icon: string, notices: Notice[], again: boolean }} Waiting */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

/** In sequence, so that each sees the notices of the one before. */
let work = Promise.resolve();

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener("message", (event) => {
  const sender = event.source instanceof Client ? event.source.id : "";
  work = work.catch(() => undefined).then(() => show(event.data, sender));
  event.waitUntil(work);
});

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open());
});

/** Exactly these notices are to be seen, unless another page of the app is; `again`: they make themselves heard anew.
 *
 * @param {Waiting} waiting
 * @param {string} sender
 */
async function show({ title, icon, notices, again }, sender) {
  const others = (await pages()).filter(({ id }) => id !== sender);
  const seen = others.some(({ visibilityState }) => visibilityState === "visible");
  const wanted = seen ? [] : notices;
  const shown = await worker.registration.getNotifications();
  for (const one of shown) if (!wanted.some(({ tag }) => tag === one.tag)) one.close();
  for (const { tag, body } of wanted) {
    const known = shown.some((one) => one.tag === tag);
    if (known && !again) continue;
    const options = { body, tag, icon, requireInteraction: true, renotify: known, vibrate: [180, 90, 180] };
    await worker.registration.showNotification(title, options);
  }
}

/** Focus the app, or open it. */
async function open() {
  const [page] = await pages();
  if (page) await page.focus();
  else await worker.clients.openWindow(worker.registration.scope);
}

/** The open pages of this app, without the customer's app on the same origin. */
async function pages() {
  const all = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  return all.filter(({ url }) => url.startsWith(worker.registration.scope));
}
