import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";
import type { LiveScore } from "../../shared/api/live.ts";
import { call } from "../api/client.ts";
import { useProject } from "./project.ts";

/** A run's numbers at one revision, to compare later ones with. */
export interface ScoreMark {
  readonly revision: number;
  readonly headline: number | null;
  /** AP by label of the area range. */
  readonly buckets: Readonly<Record<string, number | null>>;
}

/** The score of the chosen run for the labels as they are now, and where it stood before. */
export const useAnnotateScore = defineStore("annotate-score", () => {
  const project = useProject();
  const score = shallowRef<LiveScore | null>(null);
  /** When the session began: this project's first score of the run in this window. */
  const session = shallowRef<ScoreMark | null>(null);
  /** Before the last edit; null where there was none yet. */
  const beforeLast = shallowRef<ScoreMark | null>(null);
  const error = shallowRef<unknown>(null);
  const waiting = ref(false);
  let wanted: number | null = null;
  let again = false;

  const keyOf = (runId: number) => `fovea.session.${project.info?.path ?? ""}.${runId}`;

  /** Asks for the score; edits that come while an answer is awaited are asked about once, afterwards. */
  async function follow(runId: number | null): Promise<void> {
    if (runId !== wanted) {
      wanted = runId;
      score.value = session.value = beforeLast.value = error.value = null;
    }
    if (runId === null) return;
    again = true;
    if (waiting.value) return;
    waiting.value = true;
    while (again && wanted !== null) {
      again = false;
      const asked: number = wanted;
      try {
        const got = await call("live/score", { runId: asked });
        if (asked === wanted) take(got);
      } catch (thrown) {
        if (asked === wanted) error.value = thrown;
      }
    }
    waiting.value = false;
  }

  function take(got: LiveScore): void {
    const known = score.value;
    if (known && known.revision !== got.revision) beforeLast.value = markOf(known);
    score.value = got;
    error.value = null;
    session.value ??= storedMark(keyOf(got.runId)) ?? begin(got);
  }

  function begin(from: LiveScore): ScoreMark {
    const mark = markOf(from);
    sessionStorage.setItem(keyOf(from.runId), JSON.stringify(mark));
    return mark;
  }

  /** Differences are counted from now on. */
  function restart(): void {
    if (score.value) session.value = begin(score.value);
  }

  return { score, session, beforeLast, error, waiting, follow, restart };
});

function markOf({ revision, headline, buckets }: LiveScore): ScoreMark {
  return {
    revision,
    headline,
    buckets: Object.fromEntries(buckets.map(({ label, ap }) => [label, ap])),
  };
}

function storedMark(key: string): ScoreMark | null {
  const text = sessionStorage.getItem(key);
  if (text === null) return null;
  try {
    const read = JSON.parse(text) as Partial<ScoreMark>;
    return typeof read.revision === "number" && read.buckets ? (read as ScoreMark) : null;
  } catch {
    return null; // Cut off: the session begins anew.
  }
}
