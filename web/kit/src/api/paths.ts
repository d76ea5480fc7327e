/** Types derived from the `paths` that openapi-typescript generates. */

export type Method = "get" | "post" | "patch" | "put" | "delete";

/** The paths with this method. */
export type PathsOf<Paths, M extends Method> = {
  [P in keyof Paths]: Paths[P] extends { [K in M]: object } ? P : never;
}[keyof Paths] &
  string;

export type Operation<Paths, P extends keyof Paths, M extends Method> = Paths[P] extends {
  [K in M]: infer Found;
}
  ? Found
  : never;

type Content<Response> = Response extends { content: { "application/json": infer Json } } ? Json : undefined;

/** The reply of a successful call. */
export type ReplyOf<Op> = Op extends { responses: infer Responses }
  ? { [Status in keyof Responses & (200 | 201 | 202)]: Content<Responses[Status]> }[keyof Responses &
      (200 | 201 | 202)]
  : never;

export type BodyOf<Op> = Op extends { requestBody: { content: { "application/json": infer Json } } }
  ? Json
  : undefined;

export type QueryOf<Op> = Op extends { parameters: { query?: infer Query } } ? Query : undefined;

export type PathParametersOf<Op> = Op extends { parameters: { path: infer Path } } ? Path : undefined;

/** A field of the options; required if the operation requires a value. */
type Given<Name extends string, Value> = [Value] extends [undefined | never]
  ? { [K in Name]?: never }
  : undefined extends Value
    ? { [K in Name]?: Value }
    : { [K in Name]: Value };

export type Options<Op> = Given<"body", BodyOf<Op>> &
  Given<"path", PathParametersOf<Op>> & { query?: NonNullable<QueryOf<Op>> } & CallOptions;

export interface CallOptions {
  /** The Idempotency-Key, see `Keys`. */
  key?: string;
  signal?: AbortSignal;
  /** The call outlives the page. */
  keepalive?: boolean;
}
