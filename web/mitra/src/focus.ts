import { type RefObject, useLayoutEffect } from "react";

/** When a focused card is removed, the screen's heading takes the focus. */
export function useFocusKept(card: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const element = card.current;
    return () => {
      if (element?.contains(document.activeElement)) {
        document.querySelector<HTMLElement>("h1[tabindex]")?.focus({ preventScroll: true });
      }
    };
  }, [card]);
}
