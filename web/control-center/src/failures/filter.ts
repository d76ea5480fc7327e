import { type Changes, wholeNumber } from "../address/use-address";
import { CAUSES, type CauseTag } from "../shapes";
import { isDay, moved } from "../time/days";
import type { Times } from "../time/times";
import { HOME } from "../time/zone";

export type Needs = "true" | "any" | "false";

/** The filter in the address. By default it shows failures that need action. */
export interface Filter {
  needs: Needs;
  causes: CauseTag[];
  from: string | null;
  to: string | null;
  /** The days are Jakarta's, as on the dashboard, in every zone. */
  home: boolean;
  search: string;
  customer: string | null;
  mitra: string | null;
  page: number;
  size: number;
}

export const SHORTEST_SEARCH = 3;
const SIZE = 50;
const MOST_ROWS = 200;

export function filterOf(params: URLSearchParams): Filter {
  const needs = params.get("needs_action");
  const known = new Set(params.getAll("cause_tags"));
  return {
    needs: needs === "any" || needs === "false" ? needs : "true",
    causes: CAUSES.filter((tag) => known.has(tag)),
    from: dayOf(params.get("date_from")),
    to: dayOf(params.get("date_to")),
    home: params.get("days") === "wib",
    search: params.get("search")?.trim() ?? "",
    customer: params.get("customer_id"),
    mitra: params.get("mitra_id"),
    page: wholeNumber(params.get("page"), 1),
    size: wholeNumber(params.get("size"), SIZE, MOST_ROWS),
  };
}

/** The filter as parameters of the address; a new filter starts at page one. */
export function changesOf(filter: Partial<Filter>): Changes {
  const changes: Changes = filter.page === undefined ? { page: null } : {};
  if (filter.needs !== undefined) changes["needs_action"] = filter.needs === "true" ? null : filter.needs;
  if (filter.causes !== undefined) changes["cause_tags"] = filter.causes;
  if (filter.from !== undefined) changes["date_from"] = filter.from;
  if (filter.to !== undefined) changes["date_to"] = filter.to;
  if (filter.from !== undefined || filter.to !== undefined) changes["days"] = filter.home ? "wib" : null;
  if (filter.search !== undefined) changes["search"] = filter.search;
  if (filter.customer !== undefined) changes["customer_id"] = filter.customer;
  if (filter.mitra !== undefined) changes["mitra_id"] = filter.mitra;
  if (filter.page !== undefined) changes["page"] = filter.page === 1 ? null : filter.page;
  if (filter.size !== undefined) changes["size"] = filter.size === SIZE ? null : filter.size;
  return changes;
}

export const NO_FILTER: Partial<Filter> = {
  needs: "true",
  causes: [],
  from: null,
  to: null,
  search: "",
  customer: null,
  mitra: null,
};

export function isFiltered({ needs, causes, from, to, search, customer, mitra }: Filter): boolean {
  return needs !== "true" || causes.length > 0 || Boolean(from || to || search || customer || mitra);
}

/** The query for the service. Days are in the zone of the page unless the filter says otherwise. */
export function queryOf(filter: Filter, times: Times) {
  const { needs, causes, from, to, search, customer, mitra, page, size } = filter;
  const asTheyAre = filter.home || times.zone === HOME;
  return {
    ...(needs !== "any" && { needs_action: needs === "true" }),
    ...(causes.length > 0 && { cause_tags: causes }),
    ...(from && { date_from: asTheyAre ? from : instant(from, times) }),
    ...(to && { date_to: asTheyAre ? to : instant(moved(to, 1), times) }),
    ...(search.length >= SHORTEST_SEARCH && { search }),
    ...(customer && { customer_id: customer }),
    ...(mitra && { mitra_id: mitra }),
    limit: size,
    offset: (page - 1) * size,
  };
}

function instant(day: string, times: Times): string {
  return new Date(times.startOfDay(day)).toISOString();
}

function dayOf(text: string | null): string | null {
  return isDay(text) ? text : null;
}
