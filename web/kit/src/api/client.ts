import { Refused, Unreachable } from "./errors";
import type { CallOptions, Method, Operation, Options, PathsOf, ReplyOf } from "./paths";

/** A call, without the types of its operation. */
interface Call extends CallOptions {
  accept?: string;
  body?: unknown;
  path?: Record<string, string>;
  query?: Record<string, unknown>;
}

/** Where the access token comes from. */
interface Tokens {
  /** Null: nobody is signed in. */
  token(): Promise<string | null>;
  /** The token to use instead of one that was refused. */
  renew(refused: string): Promise<string | null>;
}

/** Options may be left out where none is required. */
type Arguments<Op> =
  Record<string, never> extends Options<Op> ? [options?: Options<Op>] : [options: Options<Op>];

/** Calls the REST API as the person who is signed in, with the types of its OpenAPI document.
 *
 * A reply is always a success: a refusal is thrown as `Refused`, a missing answer as `Unreachable`. An expired access
 * token is refreshed, and the call retried once.
 */
export class Api<Paths> {
  constructor(private readonly tokens: Tokens) {}

  get<P extends PathsOf<Paths, "get">>(
    path: P,
    ...[options]: Arguments<Operation<Paths, P, "get">>
  ): Promise<ReplyOf<Operation<Paths, P, "get">>> {
    return this.call("get", path, options as Call);
  }

  post<P extends PathsOf<Paths, "post">>(
    path: P,
    ...[options]: Arguments<Operation<Paths, P, "post">>
  ): Promise<ReplyOf<Operation<Paths, P, "post">>> {
    return this.call("post", path, options as Call);
  }

  patch<P extends PathsOf<Paths, "patch">>(
    path: P,
    ...[options]: Arguments<Operation<Paths, P, "patch">>
  ): Promise<ReplyOf<Operation<Paths, P, "patch">>> {
    return this.call("patch", path, options as Call);
  }

  /** The reply of a GET as a file of this media type. */
  file<P extends PathsOf<Paths, "get">>(
    path: P,
    accept: string,
    ...[options]: Arguments<Operation<Paths, P, "get">>
  ): Promise<Blob> {
    return this.call("get", path, { ...(options as Call), accept });
  }

  private async call<Reply>(method: Method, path: string, call: Call = {}): Promise<Reply> {
    const token = await this.tokens.token();
    try {
      return (await send(method, address(path, call), call, token)) as Reply;
    } catch (error) {
      if (token === null || !(error instanceof Refused) || error.status !== 401) throw error;
      return (await send(method, address(path, call), call, await this.tokens.renew(token))) as Reply;
    }
  }
}

/** A call without a session: sign-in and token refresh. */
export async function callAnonymously<Reply>(
  path: string,
  body: unknown,
  signal?: AbortSignal,
): Promise<Reply> {
  return (await send("post", path, { body, ...(signal && { signal }) }, null)) as Reply;
}

/** The path with its parameters filled in, and the query. */
export function address(path: string, call: Pick<Call, "path" | "query">): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = call.path?.[name];
    if (value === undefined) throw new TypeError(`${path} needs ${name}.`);
    return encodeURIComponent(value);
  });
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(call.query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) query.append(name, String(one));
    }
  }
  const text = query.toString();
  return text === "" ? filled : `${filled}?${text}`;
}

async function send(method: Method, url: string, call: Call, token: string | null): Promise<unknown> {
  const headers = new Headers();
  if (token !== null) headers.set("Authorization", `Bearer ${token}`);
  if (call.body !== undefined) headers.set("Content-Type", "application/json");
  if (call.key !== undefined) headers.set("Idempotency-Key", call.key);
  if (call.accept !== undefined) headers.set("Accept", call.accept);
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method: method.toUpperCase(),
      headers,
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      keepalive: call.keepalive ?? false,
      signal: call.signal ?? null,
      body: call.body === undefined ? null : JSON.stringify(call.body),
    });
    if (response.ok && call.accept !== undefined) return await response.blob();
    text = await response.text();
  } catch (error) {
    if (call.signal?.aborted) throw error;
    throw new Unreachable(error);
  }
  const body = parse(text);
  if (response.ok) return body;
  throw refusal(response, body);
}

function refusal(response: Response, body: unknown): Refused {
  const { error, message, reason } = (body ?? {}) as { error?: string; message?: string; reason?: string };
  const after = Number(response.headers.get("Retry-After"));
  return new Refused(
    response.status,
    error ?? reason ?? "unexpected",
    message ?? `HTTP ${response.status}`,
    body,
    after > 0 ? after * 1000 : null,
  );
}

function parse(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined; // a proxy's page; its status says enough
  }
}
