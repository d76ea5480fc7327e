import { type RefObject, useLayoutEffect } from "react";

/** When a card goes away that has the focus, the screen's heading takes it. */
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
