let registered: Promise<ServiceWorkerRegistration> | null = null;

/** The app's service worker; null where a browser has none, as on a page without TLS. It is asked for once. */
export async function serviceWorker(): Promise<ServiceWorkerRegistration | null> {
  if (!("serviceWorker" in navigator)) return null;
  registered ??= register();
  return registered.catch(() => {
    registered = null; // offline, perhaps, or not allowed: the next one tries again
    return null;
  });
}

async function register(): Promise<ServiceWorkerRegistration> {
  await navigator.serviceWorker.register(`${import.meta.env.BASE_URL}worker.js`);
  return navigator.serviceWorker.ready;
}
