import { useEffect, useRef, useState } from "react";
import { copy } from "./copy";
import type { Extension, Offer } from "./state";

/** A notification of the browser for whatever waits while the page is hidden, taken back when it waits no more. */
export function useNotices(offers: readonly Offer[], extensions: readonly Extension[]): void {
  const shown = useRef(new Map<string, Notification>());

  useEffect(() => {
    const waiting = new Map([
      ...offers.map((offer) => [offer.request_id, textOf(offer)] as const),
      ...extensions.map(({ id, duration_minutes }) => [id, copy.extension.notice(duration_minutes)] as const),
    ]);
    const update = () => {
      for (const [id, notice] of shown.current) {
        if (waiting.has(id) && document.hidden) continue;
        notice.close();
        shown.current.delete(id);
      }
      if (!document.hidden || permission() !== "granted") return;
      for (const [id, body] of waiting) {
        const notice = shown.current.has(id) ? null : notify(id, body);
        if (notice !== null) shown.current.set(id, notice);
      }
    };
    update();
    document.addEventListener("visibilitychange", update);
    return () => document.removeEventListener("visibilitychange", update);
  }, [offers, extensions]);
}

/** Whether notifications may still be asked for, and how. */
export function useAskForNotices(): { ask: (() => void) | null } {
  const [may, setMay] = useState(permission);
  return {
    ask: may === "default" ? () => void Notification.requestPermission().then(setMay) : null,
  };
}

function permission(): NotificationPermission {
  return "Notification" in window ? Notification.permission : "denied";
}

function notify(tag: string, body: string): Notification | null {
  try {
    const notice = new Notification(copy.appName, {
      body,
      tag,
      icon: `${import.meta.env.BASE_URL}icon-192.png`,
    });
    notice.onclick = () => {
      window.focus();
      notice.close();
    };
    return notice;
  } catch (error) {
    // Chrome on Android has notifications for service workers only, and says so in this way.
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function textOf({ request_type, customer, duration_minutes }: Offer): string {
  return `${copy.request[request_type]}: ${copy.request.text(customer.display_name, duration_minutes)}`;
}
