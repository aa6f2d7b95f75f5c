/** Steps of trainings as curves, thinned out to what a chart can show with the extremes kept. */
import type { LossCurve, TrainingCurves } from "../../../shared/api/training.ts";
import type { ReweightingSummary, TrainingStepRow } from "../../../shared/compute/messages.ts";
import type { Db } from "../../db/open.ts";
import { trainingStepQueries } from "../../db/queries/training-steps.ts";
import { trainingQueries } from "../../db/queries/training.ts";
import { inSlices } from "../slices.ts";
import { findTraining } from "./training-records.ts";

/** The last step of a stretch, those with its lowest and highest loss, and the one with its largest gradient. */
const PER_STRETCH = 4;
/** With fewer points there is no room for extremes. */
const FEWEST_FOR_EXTREMES = 4 * PER_STRETCH;

type StepQueries = ReturnType<typeof trainingStepQueries>;

interface Wanted {
  readonly trainingId: number;
  /** Steps after this one. */
  readonly after: number;
  /** At most so many. */
  readonly points: number;
  readonly extremes: boolean;
}

/** At most `points` of the steps after `after`, the last one among them. Throws `training/not-found`. */
export async function trainingCurves(
  db: Db,
  { trainingId, after, points }: Pick<Wanted, "trainingId" | "after" | "points">,
  signal: AbortSignal,
): Promise<TrainingCurves> {
  findTraining(db, trainingId);
  const queries = trainingStepQueries(db);
  const pause = inSlices(signal);
  const chosen = await thinned(queries, { trainingId, after, points, extremes: true }, pause);
  const rows = queries.chosen(trainingId, [...chosen.keys()]);
  await pause();
  return {
    trainingId,
    lastStep: queries.last(trainingId),
    ...columnsOf(rows),
    isExtreme: rows.map(({ step }) => chosen.get(step) ?? false),
  };
}

/** The losses alone, of several trainings. Those that are gone are left out. */
export async function lossCurves(
  db: Db,
  {
    trainingIds,
    ...wanted
  }: Omit<Wanted, "trainingId" | "after"> & { trainingIds: readonly number[] },
  signal: AbortSignal,
): Promise<LossCurve[]> {
  const queries = trainingStepQueries(db);
  const pause = inSlices(signal);
  const found: LossCurve[] = [];
  for (const trainingId of trainingIds) {
    await pause();
    if (trainingQueries(db).byId(trainingId) === null) continue;
    const chosen = await thinned(queries, { trainingId, after: 0, ...wanted }, pause);
    const rows = queries.losses(trainingId, [...chosen.keys()]);
    found.push({
      trainingId,
      lastStep: queries.last(trainingId),
      step: rows.map(({ step }) => step),
      loss: rows.map(({ loss }) => loss),
      isExtreme: rows.map(({ step }) => chosen.get(step) ?? false),
    });
  }
  return found;
}

/** Steps to show; true for those that are there for their extreme alone, beside the even ones. */
async function thinned(
  queries: StepQueries,
  { trainingId, after, points, extremes }: Wanted,
  pause: () => Promise<void>,
): Promise<ReadonlyMap<number, boolean>> {
  const chosen = new Map<number, boolean>();
  const first = queries.firstAfter(trainingId, after);
  const last = queries.last(trainingId);
  if (first === null) return chosen;
  const count = last - first + 1;
  const isRich = extremes && count > points && points >= FEWEST_FOR_EXTREMES;
  const stride = Math.ceil(count / (isRich ? Math.floor(points / PER_STRETCH) : points));
  // Counted back from the last, which is always wanted.
  for (let end = last; end >= first; end -= stride) {
    chosen.set(end, false);
    if (!isRich) continue;
    const from = Math.max(first, end - stride + 1);
    for (const step of queries.extremes(trainingId, from, end)) {
      if (!chosen.has(step)) chosen.set(step, true);
    }
    await pause();
  }
  return chosen;
}

function columnsOf(
  rows: readonly TrainingStepRow[],
): Omit<TrainingCurves, "trainingId" | "lastStep" | "isExtreme"> {
  const names = [...new Set(rows.flatMap(({ terms }) => Object.keys(terms)))];
  const summaries = (part: "both" | "cls" | "reg") => {
    const column = (key: keyof ReweightingSummary) =>
      rows.map(({ reweighting }) => reweighting?.[part][key] ?? null);
    return {
      weightMean: column("weightMean"),
      weightDeviation: column("weightDeviation"),
      ratioMean: column("ratioMean"),
      ratioDeviation: column("ratioDeviation"),
      weightAtHalf: column("weightAtHalf"),
    };
  };
  return {
    step: rows.map(({ step }) => step),
    epoch: rows.map(({ epoch }) => epoch),
    loss: rows.map(({ loss }) => loss),
    terms: Object.fromEntries(
      names.map((name) => [name, rows.map(({ terms }) => terms[name] ?? null)]),
    ),
    learningRate: rows.map(({ learningRate }) => learningRate),
    gradientNorm: rows.map(({ gradientNorm }) => gradientNorm),
    ...summaries("both"),
    tasks: { cls: summaries("cls"), reg: summaries("reg") },
    pointsOutside: rows.map(({ pointsOutside }) => pointsOutside),
    throughput: rows.map(({ throughput }) => throughput),
    waited: rows.map(({ waited }) => waited),
    memory: rows.map(({ memory }) => memory),
    tensors: rows.map(({ tensors }) => tensors),
  };
}
