/** What a job gets from the queue: a way to say how far it is, and a signal that it was cancelled. */
export interface JobContext {
  readonly signal: AbortSignal;
  /** May be called as often as wanted; the queue thins it out. `total` is null while unknown. */
  progress(at: JobProgress): void;
}

export interface JobProgress {
  /** What is done now, in words for the user: `Reading annotations`. */
  readonly phase: string;
  readonly step: number;
  readonly total: number | null;
  /** What is counted: `images`, `boxes`, `bytes`. */
  readonly unit: string;
  /** Where the job knows better than the pace of its steps tells; null: not yet. */
  readonly secondsLeft?: number | null;
}
