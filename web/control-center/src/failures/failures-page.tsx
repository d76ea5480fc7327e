import { Button, classNames, IconButton, money, Spinner, useToast } from "@curhat/kit";
import { useCallback, useState } from "react";
import { Link, useParams } from "wouter";
import { useAddress } from "../address/use-address";
import { copy } from "../copy";
import { useRole } from "../live/use-now";
import { ACTIONS, type Action, type Failure } from "../shapes";
import { StoryOf } from "../story/story";
import { useFailureStory } from "../story/use-story";
import { useTimes } from "../time/use-times";
import { DownIcon, DownloadIcon, PageIcon, UpIcon } from "../ui/icons";
import { Page } from "../ui/page";
import { Pager, useReachedPage } from "../ui/pager";
import { Panel } from "../ui/panel";
import { Empty, Loading, Problem } from "../ui/states";
import { sentenceOf } from "../words";
import { exportCsv } from "./csv";
import { DecideDialog } from "./decide-dialog";
import { FailureTable, linkOf } from "./failure-table";
import "./failures.css";
import { changesOf, type Filter, filterOf, isFiltered } from "./filter";
import { Filters } from "./filters";
import { NarrowDown } from "./narrow-down";
import { useFailures, useSteadyRows } from "./use-failures";
import { useHeld } from "./use-held";

const PATH = "/failed-pairings";
/** As many as the service takes in one call. */
const MOST_SELECTED = 200;

/** Payments that came to nothing: found, looked into, and decided. */
export function FailuresPage() {
  const { failure: open } = useParams<{ failure?: string }>();
  const { params, change, go, at } = useAddress();
  const filter = filterOf(params);
  const { mayAct } = useRole();
  const toast = useToast();
  const list = useFailures(filter);
  const [selected, setSelected] = useState<ReadonlyMap<string, Failure>>(new Map());
  const [deciding, setDeciding] = useState<{ action: Action; failures: Failure[] } | null>(null);
  const hand = useHeld();
  const held = hand.held || selected.size > 0 || deciding !== null;
  const { rows, fresh } = useSteadyRows(list.data, held, params.toString());

  const goTo = (page: number, options?: { replace: boolean }) => change(changesOf({ page }), options);
  useReachedPage(list.data && { rows, total: list.data.total }, filter.size, goTo);
  const changeFilter = (changes: Partial<Filter>) =>
    change(changesOf(changes), { replace: changes.search !== undefined });
  const select = useCallback(
    (failures: readonly Failure[], on: boolean) => {
      const next = new Map(selected);
      for (const one of failures) {
        if (on) next.set(one.id, one);
        else next.delete(one.id);
      }
      if (next.size > MOST_SELECTED) {
        toast({ text: copy.failures.mostSelected(MOST_SELECTED), tone: "danger" });
        return;
      }
      setSelected(next);
    },
    [selected, toast],
  );
  const openRow = (failure: Failure) => go(`${PATH}/${failure.id}`);
  const [first] = rows;
  const total = list.data?.total ?? 0;

  return (
    <Page
      title={copy.failures.title}
      lead={copy.failures.lead}
      actions={<ExportButton filter={filter} />}
      panel={open && <FailurePanel id={open} rows={rows} onOpen={openRow} onClose={() => go(PATH)} />}
    >
      <Filters
        filter={filter}
        names={{
          customer: filter.customer ? first?.customer_name : undefined,
          mitra: filter.mitra ? (first?.targeted_mitra_name ?? undefined) : undefined,
        }}
        onChange={changeFilter}
      />
      <div className="page-list">
        {list.data && (
          <div className="summary" role="status">
            <strong>{copy.failures.summary(total, "").total}</strong>
            <span className="figure">{money(list.data.amount)}</span>
            {list.isPlaceholderData && <Spinner />}
            {fresh > 0 && (
              <span className="fresh">
                {copy.failures.fresh(fresh)}
                <Button
                  kind="quiet"
                  size="small"
                  onClick={() => {
                    setSelected(new Map());
                    hand.release();
                  }}
                >
                  {copy.failures.showFresh}
                </Button>
              </span>
            )}
          </div>
        )}
        {list.error ? (
          <>
            <Problem error={list.error} onRetry={list.refetch} />
            <NarrowDown error={list.error} search={filter.search} onChoose={changeFilter} />
          </>
        ) : list.data === undefined ? (
          <Loading />
        ) : rows.length === 0 ? (
          <Nothing filter={filter} onShowAll={() => changeFilter({ needs: "any" })} />
        ) : (
          <div {...hand.props} className={classNames(list.isPlaceholderData && "is-old")}>
            <FailureTable
              rows={rows}
              open={open}
              hrefOf={({ id }) => at(`${PATH}/${id}`)}
              onOpen={openRow}
              selection={mayAct ? { ids: new Set(selected.keys()), set: select } : null}
              onAct={(action, failure) => setDeciding({ action, failures: [failure] })}
            />
          </div>
        )}
        {list.data && total > 0 && (
          <Pager
            page={filter.page}
            size={filter.size}
            total={total}
            onPage={goTo}
            onSize={(size) => change(changesOf({ size, page: 1 }))}
          />
        )}
      </div>
      {selected.size > 0 && (
        <section className="bulk" aria-label={copy.failures.act}>
          <p role="status">
            {copy.failures.selected(
              selected.size,
              money([...selected.values()].reduce((sum, { amount }) => sum + amount, 0)),
            )}
          </p>
          {ACTIONS.map((action) => (
            <Button
              key={action}
              kind="secondary"
              size="small"
              onClick={() => setDeciding({ action, failures: [...selected.values()] })}
            >
              {copy.actions[action]}
            </Button>
          ))}
          <Button kind="quiet" size="small" onClick={() => setSelected(new Map())}>
            {copy.failures.clear}
          </Button>
        </section>
      )}
      {deciding && (
        <DecideDialog
          {...deciding}
          onDone={() => setSelected(new Map())}
          onClose={() => {
            setDeciding(null);
            focusRow(deciding.failures[0]);
          }}
        />
      )}
    </Page>
  );
}

/** What was pressed may be gone with what was decided: go on from the row, which stays while the focus is in it. */
function focusRow(failure: Failure | undefined): void {
  requestAnimationFrame(
    () => failure && document.getElementById(linkOf(failure))?.focus({ preventScroll: true }),
  );
}

function Nothing({ filter, onShowAll }: { filter: Filter; onShowAll: () => void }) {
  const words = copy.failures;
  const onlyNeeds = !isFiltered(filter);
  return (
    <Empty title={onlyNeeds ? words.emptyNeeds : words.empty}>
      {onlyNeeds && <p>{words.emptyNeedsText}</p>}
      {filter.needs !== "any" && (
        <Button kind="secondary" size="small" onClick={onShowAll}>
          {words.showAll}
        </Button>
      )}
    </Empty>
  );
}

function ExportButton({ filter }: { filter: Filter }) {
  const [busy, setBusy] = useState(false);
  const times = useTimes();
  const toast = useToast();

  async function save() {
    setBusy(true);
    try {
      await exportCsv(filter, times);
      toast({ text: copy.failures.exported });
    } catch (error) {
      toast({ text: sentenceOf(error), tone: "danger" });
    } finally {
      setBusy(false);
    }
  }

  return (
    <Button kind="secondary" busy={busy} icon={<DownloadIcon />} onClick={() => void save()}>
      {busy ? copy.failures.exporting : copy.failures.exportCsv}
    </Button>
  );
}

function FailurePanel({
  id,
  rows,
  onOpen,
  onClose,
}: {
  id: string;
  rows: readonly Failure[];
  onOpen: (failure: Failure) => void;
  onClose: () => void;
}) {
  const { story, error, retry } = useFailureStory(id);
  const place = rows.findIndex((row) => row.id === id);
  const before = place > 0 ? rows[place - 1] : undefined;
  const after = place >= 0 ? rows[place + 1] : undefined;
  return (
    <Panel
      title={copy.story.panel}
      subject={id}
      onClose={onClose}
      actions={
        <>
          {story && (
            <Link
              href={`/payments/${story.payment.id}`}
              className="icon-button"
              aria-label={copy.story.whole}
              title={copy.story.whole}
            >
              <PageIcon />
            </Link>
          )}
          {before && (
            <IconButton label={copy.story.previous} onClick={() => onOpen(before)}>
              <UpIcon />
            </IconButton>
          )}
          {after && (
            <IconButton label={copy.story.next} onClick={() => onOpen(after)}>
              <DownIcon />
            </IconButton>
          )}
        </>
      }
    >
      {story ? <StoryOf story={story} /> : error ? <Problem error={error} onRetry={retry} /> : <Loading />}
    </Panel>
  );
}
