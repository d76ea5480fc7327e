import { shownPhone, useServerClock } from "@curhat/kit";
import { Link } from "wouter";
import { copy } from "../copy";
import { ACTIONS, type Action, type Failure } from "../shapes";
import { type Column, Table } from "../table/table";
import { At } from "../time/at";
import type { Times } from "../time/times";
import { useTimes } from "../time/use-times";
import { Badge } from "../ui/badge";
import { Cause } from "../ui/cause";
import { Menu } from "../ui/menu";
import { price } from "../words";

export interface Selection {
  ids: ReadonlySet<string>;
  set: (failures: readonly Failure[], selected: boolean) => void;
}

const words = copy.failures.columns;

/** The id of a row's link, for the focus. */
export function linkOf({ id }: Failure): string {
  return `failure-${id}`;
}

export function FailureTable({
  rows,
  open,
  hrefOf,
  onOpen,
  selection,
  onAct,
}: {
  rows: readonly Failure[];
  open: string | undefined;
  hrefOf: (failure: Failure) => string;
  onOpen: (failure: Failure) => void;
  /** Null for viewers. */
  selection: Selection | null;
  onAct: (action: Action, failure: Failure) => void;
}) {
  const times = useTimes();
  const now = useServerClock().now();
  const columns = [
    timeColumn(times, open, hrefOf),
    ...COLUMNS,
    actionColumn(selection === null ? null : onAct),
    BY,
  ];
  return (
    <Table
      caption={copy.failures.title}
      columns={selection === null ? columns : [selectColumn(rows, selection, times, now), ...columns]}
      rows={rows}
      rowKey={({ id }) => id}
      rowName={({ id }) => (id === open ? "row-open" : undefined)}
      onRow={onOpen}
    />
  );
}

function selectColumn(
  rows: readonly Failure[],
  { ids, set }: Selection,
  times: Times,
  now: number,
): Column<Failure> {
  const waiting = rows.filter((row) => row.needs_action);
  const selected = waiting.filter(({ id }) => ids.has(id));
  return {
    key: "select",
    small: true,
    head: waiting.length > 0 && (
      <Check
        label={copy.failures.selectAll}
        checked={selected.length === waiting.length}
        some={selected.length > 0 && selected.length < waiting.length}
        onChange={(checked) => set(waiting, checked)}
      />
    ),
    cell: (row) =>
      row.needs_action && (
        <Check
          label={copy.failures.selectOne(row.customer_name, times.moment(row.created_at, now))}
          checked={ids.has(row.id)}
          onChange={(checked) => set([row], checked)}
        />
      ),
  };
}

function timeColumn(
  times: Times,
  open: string | undefined,
  hrefOf: (failure: Failure) => string,
): Column<Failure> {
  return {
    key: "time",
    head: words.time(times.name),
    small: true,
    cell: (row) => (
      <Link
        id={linkOf(row)}
        href={hrefOf(row)}
        className="row-time"
        aria-current={row.id === open ? "true" : undefined}
      >
        <At value={row.created_at} />
      </Link>
    ),
  };
}

const COLUMNS: Column<Failure>[] = [
  {
    key: "customer",
    head: words.customer,
    named: true,
    cell: (row) => (
      <>
        {row.customer_name}
        <span className="cell-two figure">{shownPhone(row.customer_phone)}</span>
      </>
    ),
  },
  {
    key: "mitra",
    head: words.mitra,
    named: true,
    from: "medium",
    cell: (row) => row.targeted_mitra_name ?? <span className="soft">{copy.nothing}</span>,
  },
  {
    key: "cause",
    head: words.cause,
    cell: (row) => (
      <>
        <Cause tag={row.cause_tag} />
        {row.is_extension && <span className="cell-two">{copy.failures.extension}</span>}
      </>
    ),
  },
  {
    key: "amount",
    head: words.amount,
    number: true,
    cell: (row) => (
      <>
        {price(row.amount)}
        <span className="cell-two">{copy.minutes(row.duration_minutes)}</span>
      </>
    ),
  },
  { key: "due", head: words.due, from: "medium", cell: (row) => <Due failure={row} /> },
];

/** What may be decided, or what was. */
function actionColumn(onAct: ((action: Action, failure: Failure) => void) | null): Column<Failure> {
  return {
    key: "action",
    head: words.action,
    small: true,
    pinned: true,
    cell: (row) =>
      row.needs_action && onAct !== null ? (
        <Menu
          label={copy.failures.actOn(row.customer_name)}
          items={ACTIONS.map((action) => ({
            key: action,
            label: copy.actions[action],
            hint: copy.actionMeans[action],
            onChoose: () => onAct(action, row),
          }))}
        >
          {copy.failures.act}
        </Menu>
      ) : (
        <Outcome failure={row} />
      ),
  };
}

const BY: Column<Failure> = {
  key: "by",
  head: words.by,
  from: "wide",
  cell: (row) =>
    row.actioned_by !== null && (
      <span className="soft">
        {row.actioned_by}
        {row.actioned_at && (
          <span className="cell-two">
            <At value={row.actioned_at} />
          </span>
        )}
      </span>
    ),
};

function Due({ failure }: { failure: Failure }) {
  const words = copy.failures.due;
  if (failure.superseded_at !== null) return <span className="soft">{words.superseded}</span>;
  if (failure.needs_action) return <Badge tone="warm">{words.yes}</Badge>;
  return <span className="soft">{failure.refund_due ? words.done : words.no}</span>;
}

function Outcome({ failure }: { failure: Failure }) {
  if (failure.superseded_at !== null) {
    return <span className="soft">{copy.failures.supersededShort}</span>;
  }
  if (failure.operator_action !== null) {
    return <Badge tone="calm">{copy.actioned[failure.operator_action]}</Badge>;
  }
  return <span className="soft">{failure.needs_action ? copy.nothing : copy.failures.notNeeded}</span>;
}

function Check({
  label,
  checked,
  some = false,
  onChange,
}: {
  label: string;
  checked: boolean;
  some?: boolean;
  onChange: (checked: boolean) => void;
}) {
  return (
    <input
      type="checkbox"
      className="check"
      aria-label={label}
      checked={checked}
      ref={(input) => {
        if (input) input.indeterminate = some;
      }}
      onChange={({ target }) => onChange(target.checked)}
    />
  );
}
