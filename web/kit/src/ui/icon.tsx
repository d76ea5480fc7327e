import type { ReactNode, SVGProps } from "react";

/** An icon in the colour of the text, never read aloud. `shape`: a path, or elements, in a box of 24 by 24. */
/* @__NO_SIDE_EFFECTS__ */
export function icon(shape: ReactNode, size = 24) {
  // biome-ignore lint/correctness/noComponentHookFactories: called at module level, once for each icon
  return function Icon(props: Omit<SVGProps<SVGSVGElement>, "children">) {
    return (
      <svg
        viewBox="0 0 24 24"
        width={size}
        height={size}
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
        {...props}
      >
        {typeof shape === "string" ? <path d={shape} /> : shape}
      </svg>
    );
  };
}
