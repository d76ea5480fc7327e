import { Link } from "wouter";

/** Somebody's name, which leads to their page. */
export function Person({ kind, id, name }: { kind: "customer" | "mitra"; id: string; name: string }) {
  return (
    <Link href={kind === "customer" ? `/customers/${id}` : `/mitras/${id}`} className="quiet-link">
      {name}
    </Link>
  );
}
