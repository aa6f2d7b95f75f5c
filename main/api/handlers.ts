import type { Output, Parsed, RouteName } from "../../shared/api/contract.ts";

/** What a handler gets beside its input. */
export interface Call {
  /** Aborts when the caller went away. */
  readonly signal: AbortSignal;
}

export type Handler<Name extends RouteName> = (
  input: Parsed<Name>,
  call: Call,
) => Output<Name> | Promise<Output<Name>>;

/** One handler for every route of the contract; a missing one does not compile. */
export type Handlers = { readonly [Name in RouteName]: Handler<Name> };

/** The handlers of some nouns: `HandlersOf<"jobs">`. One file per noun makes its own. */
export type HandlersOf<Noun extends string> = Pick<
  Handlers,
  Extract<RouteName, `${Noun}/${string}`>
>;
