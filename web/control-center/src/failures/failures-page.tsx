import { Button, classNames, IconButton, money, Spinner, useToast } from "@curhat/kit";
import { useState } from "react";
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
import { Empty, Loaded, Loading, Problem } from "../ui/states";
import { sentenceOf } from "../words";
import { exportCsv } from "./csv";
import { DecideDialog } from "./decide-dialog";
import { FailureTable, linkOf } from "./failure-table";
import "./failures.css";
import { changesOf, type Filter, filterOf, isFiltered } from "./filter";
import { Filters } from "./filters";
import { NarrowDown } from "./narrow-down";
import { useWorklist, type Worklist } from "./use-worklist";

const PATH = "/failed-pairings";

/** Failed pairings: search, read, decide. */
export function FailuresPage() {
  const { failure: open } = useParams<{ failure?: string }>();
  const { params, change, go, at } = useAddress();
  const filter = filterOf(params);
  const { mayAct } = useRole();
  const work = useWorklist(filter, params.toString());
  const { list, rows, selection } = work;

  const goTo = (page: number, options?: { replace: boolean }) => change(changesOf({ page }), options);
  useReachedPage(list.data && { rows, total: list.data.total }, filter.size, goTo);
  const changeFilter = (changes: Partial<Filter>) =>
    change(changesOf(changes), { replace: changes.search !== undefined });
  const openRow = (failure: Failure) => go(`${PATH}/${failure.id}`);
  return (
    <Page
      title={copy.failures.title}
      lead={copy.failures.lead}
      actions={<ExportButton filter={filter} />}
      panel={open && <FailurePanel id={open} rows={rows} onOpen={openRow} onClose={() => go(PATH)} />}
    >
      <Filters filter={filter} names={namesOf(filter, rows[0])} onChange={changeFilter} />
      <div className="page-list">
        <Summary work={work} />
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
          <div {...work.held} className={classNames(list.isPlaceholderData && "is-old")}>
            <FailureTable
              rows={rows}
              open={open}
              hrefOf={({ id }) => at(`${PATH}/${id}`)}
              onOpen={openRow}
              selection={mayAct ? selection : null}
              onAct={(action, failure) => work.setDeciding({ action, failures: [failure] })}
            />
          </div>
        )}
        {list.data && list.data.total > 0 && (
          <Pager
            page={filter.page}
            size={filter.size}
            total={list.data.total}
            onPage={goTo}
            onSize={(size) => change(changesOf({ size, page: 1 }))}
          />
        )}
      </div>
      <Deciding work={work} />
    </Page>
  );
}

/** What may be done with the selected rows, and the dialog that does it. */
function Deciding({ work: { selection, deciding, setDeciding } }: { work: Worklist }) {
  return (
    <>
      {selection.ids.size > 0 && (
        <Bulk
          failures={selection.failures}
          onAct={(action) => setDeciding({ action, failures: selection.failures })}
          onClear={selection.clear}
        />
      )}
      {deciding && (
        <DecideDialog
          {...deciding}
          onDone={selection.clear}
          onClose={() => {
            setDeciding(null);
            focusRow(deciding.failures[0]);
          }}
        />
      )}
    </>
  );
}

/** The pressed button may be gone after the decision, so the row takes the focus. */
function focusRow(failure: Failure | undefined): void {
  requestAnimationFrame(
    () => failure && document.getElementById(linkOf(failure))?.focus({ preventScroll: true }),
  );
}

/** The names of the customer and the mitra in the filter. */
function namesOf(filter: Filter, first: Failure | undefined) {
  return {
    customer: filter.customer ? first?.customer_name : undefined,
    mitra: filter.mitra ? (first?.targeted_mitra_name ?? undefined) : undefined,
  };
}

/** The total, its money, and how many came in since the rows were held. */
function Summary({ work: { list, fresh, showFresh } }: { work: Worklist }) {
  if (!list.data) return null;
  return (
    <div className="summary" role="status">
      <strong>{copy.failures.summary(list.data.total)}</strong>
      <span className="figure">{money(list.data.amount)}</span>
      {list.isPlaceholderData && <Spinner />}
      {fresh > 0 && (
        <span className="fresh">
          {copy.failures.fresh(fresh)}
          <Button kind="quiet" size="small" onClick={showFresh}>
            {copy.failures.showFresh}
          </Button>
        </span>
      )}
    </div>
  );
}

function Bulk({
  failures,
  onAct,
  onClear,
}: {
  failures: readonly Failure[];
  onAct: (action: Action) => void;
  onClear: () => void;
}) {
  const amount = failures.reduce((sum, one) => sum + one.amount, 0);
  return (
    <section className="bulk" aria-label={copy.failures.act}>
      <p role="status">{copy.failures.selected(failures.length, money(amount))}</p>
      {ACTIONS.map((action) => (
        <Button key={action} kind="secondary" size="small" onClick={() => onAct(action)}>
          {copy.actions[action]}
        </Button>
      ))}
      <Button kind="quiet" size="small" onClick={onClear}>
        {copy.failures.clear}
      </Button>
    </section>
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
      <Loaded query={{ data: story, error, refetch: retry }}>{(found) => <StoryOf story={found} />}</Loaded>
    </Panel>
  );
}
