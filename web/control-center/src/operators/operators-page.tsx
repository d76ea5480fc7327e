import { Button, PlusIcon, useToast } from "@curhat/kit";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { copy } from "../copy";
import { useRole } from "../live/use-now";
import { api, queries } from "../service";
import type { Operator, Role } from "../shapes";
import { type Column, Table } from "../table/table";
import { At } from "../time/at";
import { useTimes } from "../time/use-times";
import { Badge } from "../ui/badge";
import { Page } from "../ui/page";
import { Loaded } from "../ui/states";
import { sentenceOf } from "../words";
import { AddOperatorDialog } from "./add-operator-dialog";
import { ROLES } from "./roles";

/** The operators and their roles; admins only. */
export function OperatorsPage() {
  const { maySet } = useRole();
  const times = useTimes();
  const [adding, setAdding] = useState(false);
  const list = useQuery({
    queryKey: ["operators"],
    queryFn: ({ signal }) => api.get("/internal/operators", { signal }),
  });
  const words = copy.operators;
  return (
    <Page
      title={words.title}
      lead={words.lead}
      actions={
        maySet && (
          <Button icon={<PlusIcon />} onClick={() => setAdding(true)}>
            {words.add}
          </Button>
        )
      }
    >
      <Loaded query={list}>
        {({ rows }) => (
          <Table caption={words.title} rows={rows} rowKey={({ id }) => id} columns={columnsIn(times.name)} />
        )}
      </Loaded>
      {adding && <AddOperatorDialog onClose={() => setAdding(false)} />}
    </Page>
  );
}

function columnsIn(zone: string): Column<Operator>[] {
  const words = copy.operators;
  return [
    {
      key: "name",
      head: words.columns.name,
      cell: ({ display_name }) => <strong>{display_name}</strong>,
    },
    { key: "email", head: words.columns.email, cell: ({ email }) => email },
    { key: "role", head: words.columns.role, cell: (operator) => <RoleOf operator={operator} /> },
    {
      key: "access",
      head: words.columns.access,
      cell: ({ active }) => (
        <Badge tone={active ? "calm" : "neutral"}>{active ? words.active : words.barred}</Badge>
      ),
    },
    {
      key: "since",
      head: words.columns.since(zone),
      from: "medium",
      cell: ({ created_at }) => <At value={created_at} />,
    },
    {
      key: "act",
      head: <span className="visually-hidden">{words.columns.act}</span>,
      small: true,
      cell: (operator) => <AccessOf operator={operator} />,
    },
  ];
}

function useChangeOperator(operator: Operator) {
  const toast = useToast();
  return async (change: { role?: Role; active?: boolean }) => {
    try {
      await api.patch("/internal/operators/{changed_id}", {
        path: { changed_id: operator.id },
        body: change,
      });
      toast({ text: copy.operators.changed(operator.display_name) });
    } catch (error) {
      toast({ text: sentenceOf(error), tone: "danger" });
    }
    await queries.invalidateQueries({ queryKey: ["operators"] });
  };
}

function RoleOf({ operator }: { operator: Operator }) {
  const change = useChangeOperator(operator);
  return (
    <select
      className="plain-select"
      aria-label={copy.operators.roleOf(operator.display_name)}
      value={operator.role}
      onChange={({ target }) => void change({ role: target.value as Role })}
    >
      {ROLES.map((role) => (
        <option key={role} value={role}>
          {copy.me.roles[role]}
        </option>
      ))}
    </select>
  );
}

function AccessOf({ operator }: { operator: Operator }) {
  const [busy, setBusy] = useState(false);
  const change = useChangeOperator(operator);
  const words = copy.operators;
  const what = operator.active ? words.bar : words.letIn;
  return (
    <Button
      kind="quiet"
      size="small"
      busy={busy}
      aria-label={`${what}: ${operator.display_name}`}
      onClick={async () => {
        setBusy(true);
        await change({ active: !operator.active });
        setBusy(false);
      }}
    >
      {what}
    </Button>
  );
}
