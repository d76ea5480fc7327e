import { type FocusEvent, type PointerEvent, useMemo, useState } from "react";

/** Whether somebody has a hand on something: a mouse over it, or the focus in it. */
export function useHeld() {
  const [over, setOver] = useState(false);
  const [within, setWithin] = useState(false);
  return useMemo(
    () => ({
      held: over || within,
      /** Take the hand off, until it is back. */
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
