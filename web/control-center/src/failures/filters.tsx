import { Button, CloseIcon, IconButton } from "@curhat/kit";
import { copy } from "../copy";
import { Choice } from "../ui/choice";
import { SearchField } from "../ui/search-field";
import { CauseFilter } from "./cause-filter";
import { DateFilter } from "./date-filter";
import { type Filter, isFiltered, type Needs, NO_FILTER, SHORTEST_SEARCH } from "./filter";

const NEEDS: Needs[] = ["true", "any", "false"];

/** `names`: of the people in the filter, if known. */
export function Filters({
  filter,
  names,
  onChange,
}: {
  filter: Filter;
  names: { customer: string | undefined; mitra: string | undefined };
  onChange: (filter: Partial<Filter>) => void;
}) {
  const words = copy.failures;
  return (
    <section className="filters" aria-label={words.filters}>
      <Choice
        label={words.status}
        options={NEEDS.map((value) => ({ value, label: words.needs[value] }))}
        value={filter.needs}
        onChoose={(needs) => onChange({ needs })}
      />
      <CauseFilter causes={filter.causes} onChange={(causes) => onChange({ causes })} />
      <DateFilter from={filter.from} home={filter.home} to={filter.to} onChange={onChange} />
      <SearchField label={words.search} value={filter.search} onSearch={(search) => onChange({ search })} />
      {filter.search !== "" && filter.search.length < SHORTEST_SEARCH && (
        <span className="soft small" role="status">
          {copy.errors["search_too_short"]}
        </span>
      )}
      {filter.customer && (
        <Chip kind={words.of.customer} name={names.customer} onRemove={() => onChange({ customer: null })} />
      )}
      {filter.mitra && (
        <Chip kind={words.of.mitra} name={names.mitra} onRemove={() => onChange({ mitra: null })} />
      )}
      {isFiltered(filter) && (
        <Button kind="quiet" size="small" onClick={() => onChange(NO_FILTER)}>
          {words.reset}
        </Button>
      )}
    </section>
  );
}

function Chip({ kind, name, onRemove }: { kind: string; name: string | undefined; onRemove: () => void }) {
  return (
    <span className="filter-chip">
      {name === undefined ? kind : `${kind}: ${name}`}
      <IconButton label={copy.failures.remove(kind)} onClick={onRemove}>
        <CloseIcon />
      </IconButton>
    </span>
  );
}
