import { serviceWorker } from "@curhat/kit";
import { useEffect, useState } from "react";
import { copy } from "./copy";
import type { Extension, Offer } from "./state";

const AGAIN_MS = 10_000;
const BASE = import.meta.env.BASE_URL;

interface Notice {
  tag: string;
  body: string;
}

/** Repeated notifications while the page is hidden. The service worker shows them, as Android requires. */
export function useNotices(offers: readonly Offer[], extensions: readonly Extension[]): void {
  const waiting = JSON.stringify([
    ...offers.map((offer) => ({ tag: offer.request_id, body: textOf(offer) })),
    ...extensions.map(({ id, duration_minutes }) => ({
      tag: id,
      body: copy.extension.notice(duration_minutes),
    })),
  ]);

  useEffect(() => {
    const notices: Notice[] = JSON.parse(waiting);
    const tell = (again: boolean) => void show(document.hidden ? notices : [], again);
    const look = () => tell(false);
    const remind = () => document.hidden && tell(true);
    look();
    document.addEventListener("visibilitychange", look);
    const timer = notices.length > 0 ? setInterval(remind, AGAIN_MS) : undefined;
    return () => {
      document.removeEventListener("visibilitychange", look);
      clearInterval(timer);
    };
  }, [waiting]);
}

/** Asks for permission; null if it is decided already. */
export function useAskForNotices(): { ask: (() => void) | null } {
  const [may, setMay] = useState(permission);
  return {
    ask: may === "default" ? () => void Notification.requestPermission().then(setMay) : null,
  };
}

async function show(notices: readonly Notice[], again: boolean): Promise<void> {
  if (permission() !== "granted") return;
  const registration = await serviceWorker();
  registration?.active?.postMessage({ title: copy.appName, icon: `${BASE}icon-192.png`, notices, again });
}

function permission(): NotificationPermission {
  return "Notification" in window && "serviceWorker" in navigator ? Notification.permission : "denied";
}

function textOf({ request_type, customer, duration_minutes }: Offer): string {
  return `${copy.request[request_type]}: ${copy.request.text(customer.display_name, duration_minutes)}`;
}
