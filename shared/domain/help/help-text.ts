/** One entry of the help: what the page shows beside a number, a bucket or a reason. Plain text, no markup. */
export interface HelpText {
  readonly title: string;
  /** What it tells, in a sentence or two. */
  readonly what: string;
  /** How it is computed. */
  readonly how: string;
  /** null where words say it all. */
  readonly formula: string | null;
  /** Where the definition comes from. */
  readonly source: string;
}
