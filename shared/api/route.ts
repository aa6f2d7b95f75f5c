/**
 * The calls between the page and the main side: a plain table of noun/verb.
 * A call is POST /api/<noun>/<verb> with a JSON body; the answer is JSON, or { error } with a 4xx or 5xx status.
 */
import type { z } from "zod";

export interface Route<Schema extends z.ZodType, Output> {
  /** Checks what comes over the wire; hostile input stops here. */
  readonly input: Schema;
  /** Only a type: never present at run time. */
  readonly output?: Output;
}

/** A route whose input is checked by `input` and whose answer has the type `Output`. */
export function route<Output>() {
  return <Schema extends z.ZodType>(input: Schema): Route<Schema, Output> => ({ input });
}

/** What a caller may write: fields with a default are optional. */
export type InputOf<R> = R extends Route<infer Schema, unknown> ? z.input<Schema> : never;
/** What a handler gets: defaults filled in. */
export type ParsedOf<R> = R extends Route<infer Schema, unknown> ? z.output<Schema> : never;
export type OutputOf<R> = R extends { output?: infer Output } ? Exclude<Output, undefined> : never;

/** The body of every answer that is not a success. */
export interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string; readonly details?: unknown };
}
