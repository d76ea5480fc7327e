// @ts-check
/// <reference lib="webworker" />
// Shows what waits for the mitra while no page of the app is seen: Chrome on Android takes notifications from service
// workers alone. Without a network it has a page that says so (`offline-worker.js`).

importScripts("offline-worker.js");

/** @typedef {{ tag: string, body: string }} Notice */
/** @typedef {{ title: string, icon: string, notices: Notice[], again: boolean }} Waiting */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

/** One after the other, so that none looks for what the one before is about to show. */
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

/** Bring the app to the front, or open it. */
async function open() {
  const [page] = await pages();
  if (page) await page.focus();
  else await worker.clients.openWindow(worker.registration.scope);
}

/** The open pages of this app; the customer's, which has the same origin, are none of them. */
async function pages() {
  const all = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  return all.filter(({ url }) => url.startsWith(worker.registration.scope));
}
