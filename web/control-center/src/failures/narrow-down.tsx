import { Button, slugOf } from "@curhat/kit";
import { useQuery } from "@tanstack/react-query";
import { copy } from "../copy";
import { api } from "../service";
import type { Filter } from "./filter";

const MOST = 8;

/** When a search matches too many: the best matching people. */
export function NarrowDown({
  error,
  search,
  onChoose,
}: {
  error: unknown;
  search: string;
  onChoose: (filter: Partial<Filter>) => void;
}) {
  const wanted = slugOf(error) === "search_too_broad";
  const { data } = useQuery({
    queryKey: ["narrow-down", search],
    queryFn: async ({ signal }) => {
      const query = { search, limit: MOST };
      const [customers, mitras] = await Promise.all([
        api.get("/internal/users", { query, signal }),
        api.get("/internal/mitras", { query, signal }),
      ]);
      return { customers: customers.rows, mitras: mitras.rows };
    },
    enabled: wanted,
  });
  if (!wanted || !data) return null;
  return (
    <div className="narrow">
      {data.customers.map(({ id, display_name }) => (
        <Button key={id} kind="secondary" size="small" onClick={() => onChoose({ search: "", customer: id })}>
          {`${copy.failures.of.customer}: ${display_name}`}
        </Button>
      ))}
      {data.mitras.map(({ id, display_name }) => (
        <Button key={id} kind="secondary" size="small" onClick={() => onChoose({ search: "", mitra: id })}>
          {`${copy.failures.of.mitra}: ${display_name}`}
        </Button>
      ))}
    </div>
  );
}
