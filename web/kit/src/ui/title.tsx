import { type ComponentProps, useEffect, useRef } from "react";

/** The heading of a screen. It sets the page's title and takes the focus, so that it is read aloud. */
export function Title({ page, children, ...rest }: ComponentProps<"h1"> & { page: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = page;
    heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [page]);
  return (
    <h1 {...rest} ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
