import { Link } from "wouter";

/** A name that links to the person's page. */
export function Person({ kind, id, name }: { kind: "customer" | "mitra"; id: string; name: string }) {
  return (
    <Link href={kind === "customer" ? `/customers/${id}` : `/mitras/${id}`} className="quiet-link">
      {name}
    </Link>
  );
}
