import { type FocusEvent, type PointerEvent, useMemo, useState } from "react";

/** Whether the mouse is over something, or the focus in it. */
export function useHeld() {
  const [over, setOver] = useState(false);
  const [within, setWithin] = useState(false);
  return useMemo(
    () => ({
      held: over || within,
      /** Held as if the focus were within, for who is about to set it there. */
      hold: () => setWithin(true),
      /** Not held until the mouse or the focus comes back. */
      release: () => {
        setOver(false);
        setWithin(false);
      },
      props: {
        onPointerEnter: ({ pointerType }: PointerEvent) => setOver(pointerType === "mouse"),
        onPointerLeave: () => setOver(false),
        onFocus: () => setWithin(true),
        onBlur: ({ currentTarget, relatedTarget }: FocusEvent) =>
          setWithin(currentTarget.contains(relatedTarget)),
      },
    }),
    [over, within],
  );
}
