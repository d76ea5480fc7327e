import { stored } from "@curhat/kit";
/** The zone of all times on the page; kept by this browser. */

export const HOME = "Asia/Jakarta";
/** Indonesia's zones, and UTC for the logs. The browser's own zone is added. */
export const ZONES = [HOME, "Asia/Makassar", "Asia/Jayapura", "UTC"] as const;

const PLACE = "curhat.control-center.zone";
const listeners = new Set<() => void>();

export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export function readZone(): string {
  const kept = stored.getItem(PLACE);
  return kept !== null && isZone(kept) ? kept : HOME;
}

export function chooseZone(zone: string): void {
  stored.setItem(PLACE, zone);
  for (const listener of listeners) listener();
}

export function subscribeToZone(listener: () => void): () => void {
  const elsewhere = (event: StorageEvent) => {
    if (event.key === PLACE || event.key === null) listener();
  };
  listeners.add(listener);
  addEventListener("storage", elsewhere);
  return () => {
    listeners.delete(listener);
    removeEventListener("storage", elsewhere);
  };
}

function isZone(zone: string): boolean {
  try {
    return Intl.DateTimeFormat("id-ID", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
