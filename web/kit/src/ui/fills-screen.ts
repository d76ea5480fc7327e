import { useLayoutEffect } from "react";

let many = 0;

/** The app is exactly as high as the screen, and parts of it scroll. */
export function useFillsScreen(fills = true): void {
  useLayoutEffect(() => {
    if (!fills) return;
    mark(1);
    return () => mark(-1);
  }, [fills]);
}

function mark(more: number): void {
  many += more;
  document.getElementById("app")?.classList.toggle("fills-screen", many > 0);
}
