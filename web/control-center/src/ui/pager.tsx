import { IconButton } from "@curhat/kit";
import { useEffect, useId } from "react";
import { copy } from "../copy";
import { FirstIcon, LastIcon, LeftIcon, RightIcon } from "./icons";
import "./pager.css";

const PAGE_SIZES = [25, 50, 100, 200] as const;

/** A list may become shorter: then its last page is shown, instead of an empty one. */
export function useReachedPage(
  list: { rows: readonly unknown[]; total: number } | undefined,
  size: number,
  onPage: (page: number, options: { replace: boolean }) => void,
): void {
  const last = list && list.rows.length === 0 && list.total > 0 ? Math.ceil(list.total / size) : null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each page that is not there
  useEffect(() => {
    if (last !== null) onPage(last, { replace: true });
  }, [last]);
}

/** The pages of a list with a known length. */
export function Pager({
  page,
  size,
  total,
  onPage,
  onSize,
}: {
  page: number;
  size: number;
  total: number;
  onPage: (page: number) => void;
  onSize?: (size: number) => void;
}) {
  const pages = Math.max(1, Math.ceil(total / size));
  const from = total === 0 ? 0 : (page - 1) * size + 1;
  const to = Math.min(total, page * size);

  return (
    <nav className="pager" aria-label={copy.pager.label}>
      <p className="pager-range">{copy.pager.range(from, to, total)}</p>
      {onSize && <PageSize size={size} onSize={onSize} />}
      <Step label={copy.pager.first} to={page > 1 ? 1 : null} onPage={onPage} icon={<FirstIcon />} />
      <Step label={copy.pager.previous} to={page > 1 ? page - 1 : null} onPage={onPage} icon={<LeftIcon />} />
      <PageNumber page={page} pages={pages} onPage={onPage} />
      <Step
        label={copy.pager.next}
        to={page < pages ? page + 1 : null}
        onPage={onPage}
        icon={<RightIcon />}
      />
      <Step label={copy.pager.last} to={page < pages ? pages : null} onPage={onPage} icon={<LastIcon />} />
    </nav>
  );
}

function PageSize({ size, onSize }: { size: number; onSize: (size: number) => void }) {
  const id = useId();
  return (
    <span className="pager-page">
      <label htmlFor={id}>{copy.pager.size}</label>
      <select id={id} value={size} onChange={(event) => onSize(Number(event.target.value))}>
        {PAGE_SIZES.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    </span>
  );
}

/** The page number, editable. */
function PageNumber({
  page,
  pages,
  onPage,
}: {
  page: number;
  pages: number;
  onPage: (page: number) => void;
}) {
  const id = useId();

  function goTo(given: string) {
    const wanted = Number(given);
    if (Number.isInteger(wanted) && wanted >= 1) onPage(Math.min(wanted, pages));
  }

  return (
    <form
      className="pager-page"
      onSubmit={(event) => {
        event.preventDefault();
        goTo(String(new FormData(event.currentTarget).get("page")));
      }}
    >
      <label htmlFor={id}>{copy.pager.page}</label>
      <input
        key={page}
        id={id}
        name="page"
        inputMode="numeric"
        autoComplete="off"
        defaultValue={page}
        onBlur={(event) => goTo(event.currentTarget.value)}
      />
      <span>{copy.pager.of(pages)}</span>
    </form>
  );
}

function Step({
  label,
  to,
  onPage,
  icon,
}: {
  label: string;
  to: number | null;
  onPage: (page: number) => void;
  icon: React.ReactNode;
}) {
  return (
    <IconButton
      label={label}
      aria-disabled={to === null || undefined}
      onClick={() => to !== null && onPage(to)}
    >
      {icon}
    </IconButton>
  );
}
