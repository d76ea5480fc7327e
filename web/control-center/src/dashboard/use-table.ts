import { useAddress } from "../address/use-address";

/** Whether a figure is shown as a table; kept in the address. */
export function useTable(name: string): { asTable: boolean; onTable: (asTable: boolean) => void } {
  const { params, change } = useAddress();
  const tables = params.getAll("table");
  return {
    asTable: tables.includes(name),
    onTable: (asTable) =>
      change(
        { table: [...tables.filter((one) => one !== name), ...(asTable ? [name] : [])] },
        { replace: true },
      ),
  };
}
