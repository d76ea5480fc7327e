import { classNames } from "@curhat/kit";
import type { ReactNode } from "react";
import { Link } from "wouter";
import "./facts.css";

export function Facts({ children }: { children: ReactNode }) {
  return <dl className="facts">{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

export interface Tile {
  name: string;
  value: ReactNode;
  hot?: boolean;
  href?: string;
}

export function Tiles({ tiles }: { tiles: readonly Tile[] }) {
  return (
    <dl className="tiles">
      {tiles.map(({ name, value, hot, href }) => (
        <div key={name} className={classNames("tile", hot && "tile-hot")}>
          <dt>{name}</dt>
          <dd>{href ? <Link href={href}>{value}</Link> : value}</dd>
        </div>
      ))}
    </dl>
  );
}
