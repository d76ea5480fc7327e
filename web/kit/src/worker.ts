let registered: Promise<ServiceWorkerRegistration> | null = null;

/** Registers the app's service worker once; null without support or TLS. */
export async function serviceWorker(): Promise<ServiceWorkerRegistration | null> {
  if (!("serviceWorker" in navigator)) return null;
  registered ??= register();
  return registered.catch(() => {
    registered = null; // offline or not allowed: the next call tries again
    return null;
  });
}

async function register(): Promise<ServiceWorkerRegistration> {
  await navigator.serviceWorker.register(`${import.meta.env.BASE_URL}worker.js`);
  return navigator.serviceWorker.ready;
}
