import type { Parsed } from "../../shared/api/contract.ts";
import type { ImageCard } from "../../shared/api/images.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import { FALSE_ALARM, HIT, MISS } from "../../shared/evaluation/failures/verdicts.ts";
import { ScoreSorter } from "../../shared/evaluation/sort-scores.ts";
import type { JudgedRun, SizedDataset } from "./judged.ts";
import { LruCache } from "./lru-cache.ts";
import type { AnalysisState } from "./methods.ts";
import { objectTest, passes, verdictBits } from "./object-filter.ts";

type SequenceInput = Parsed<"images/sequence">;

/** What a query found: images in order, and the counts on their cards by index of image. */
export interface FoundImages {
  /** Indices of images. */
  readonly order: Int32Array;
  readonly counts: ImageCounts;
  readonly bytes: number;
}

/** [I] each: boxes that pass the filter's class and bucket. */
interface ImageCounts {
  readonly truth: Int32Array;
  readonly hits: Int32Array;
  readonly misses: Int32Array;
  readonly falseAlarms: Int32Array;
  /** Those whose verdict is asked for; without any asked for, all that pass. */
  readonly wanted: Int32Array;
}

export function queryImages(
  state: AnalysisState,
  input: Parsed<"images/query">,
): { total: number; items: ImageCard[] } {
  const { dataset } = state.judged.dataset(input.datasetId);
  const { order, counts } = findImages(state, input);
  const hasRun = input.filter.runId !== null;
  const items = Array.from(
    order.subarray(input.offset, input.offset + input.limit),
    (i): ImageCard => {
      const { id, path, width, height } = dataset.images[i]!;
      return {
        id,
        path,
        width,
        height,
        truthCount: counts.truth[i]!,
        hits: hasRun ? counts.hits[i]! : null,
        misses: hasRun ? counts.misses[i]! : null,
        falseAlarms: hasRun ? counts.falseAlarms[i]! : null,
      };
    },
  );
  return { total: order.length, items };
}

export function imageSequence(state: AnalysisState, input: SequenceInput): { imageIds: number[] } {
  const { dataset } = state.judged.dataset(input.datasetId);
  return { imageIds: Array.from(findImages(state, input).order, (i) => dataset.images[i]!.id) };
}

function findImages(state: AnalysisState, { datasetId, filter, sort }: SequenceInput): FoundImages {
  const { judged } = state;
  const run = filter.runId === null ? null : judged.run(filter.runId, filter.iou);
  if (run && run.dataset.id !== datasetId) {
    throw new AppError(
      "run/other-dataset",
      `Run ${filter.runId} is not of dataset ${datasetId}. Choose a run of that dataset.`,
    );
  }
  const sized = run ?? judged.dataset(datasetId);
  const key = JSON.stringify([run?.key ?? sized.dataset.key, sort, filter]);
  return state.found.get(key, () => {
    const counts = emptyCounts(sized.dataset.images.length);
    const bits = run ? verdictBits(filter.verdicts) : 0;
    const test = objectTest(sized, filter);
    if (run) {
      const verdicts = judged.verdicts(run, filter.score);
      countTruth(
        sized,
        test,
        bits,
        counts,
        (row) => verdicts.truth[run.truthOf ? run.truthOf[row]! : row],
      );
      countPredictions(run, test, bits, counts, verdicts.prediction);
    } else {
      countTruth(sized, test, 0, counts, () => undefined);
    }
    const needsBox = bits !== 0 || test.category !== null || test.ranges !== null;
    const order = sortImages(
      matching(sized, counts, needsBox, filter.text),
      counts,
      sort,
      state.names.ranks(sized.dataset),
    );
    return { order, counts, bytes: 24 * order.length + 20 * counts.truth.length };
  });
}

function emptyCounts(images: number): ImageCounts {
  return {
    truth: new Int32Array(images),
    hits: new Int32Array(images),
    misses: new Int32Array(images),
    falseAlarms: new Int32Array(images),
    wanted: new Int32Array(images),
  };
}

type Test = ReturnType<typeof objectTest>;

/** `verdictOf` gives undefined for what is not judged: ignored regions, or everything where there is no run. */
function countTruth(
  { dataset, truthSizes }: SizedDataset,
  test: Test,
  bits: number,
  counts: ImageCounts,
  verdictOf: (row: number) => number | undefined,
): void {
  const isObject = dataset.categories.map(({ role }) => role === "object");
  for (let row = 0; row < dataset.image.length; row += 1) {
    const k = dataset.category[row]!;
    if (!isObject[k] || !passes(test, k, truthSizes.ranges[row]!)) continue;
    const i = dataset.image[row]!;
    counts.truth[i]! += 1;
    const verdict = verdictOf(row);
    if (verdict === HIT) counts.hits[i]! += 1;
    else if (verdict === MISS) counts.misses[i]! += 1;
    if (bits === 0 || (verdict !== undefined && (bits >> verdict) & 1)) counts.wanted[i]! += 1;
  }
}

function countPredictions(
  { predictions, predictionSizes }: JudgedRun,
  test: Test,
  bits: number,
  counts: ImageCounts,
  verdicts: Uint8Array,
): void {
  // Hits are counted with their objects.
  const wanted = bits & ~(1 << HIT);
  for (let p = 0; p < verdicts.length; p += 1) {
    const verdict = verdicts[p]!;
    if (verdict !== FALSE_ALARM && !((wanted >> verdict) & 1)) continue;
    if (!passes(test, predictions.category[p]!, predictionSizes.ranges[p]!)) continue;
    const i = predictions.image[p]!;
    if (verdict === FALSE_ALARM) counts.falseAlarms[i]! += 1;
    if (bits === 0 || (wanted >> verdict) & 1) counts.wanted[i]! += 1;
  }
}

function matching(
  { dataset }: SizedDataset,
  counts: ImageCounts,
  needsBox: boolean,
  text: string,
): Int32Array {
  const needle = text.toLowerCase();
  const found = new Int32Array(dataset.images.length);
  let n = 0;
  for (let i = 0; i < found.length; i += 1) {
    if (needsBox && counts.wanted[i] === 0) continue;
    if (needle !== "" && !dataset.images[i]!.path.toLowerCase().includes(needle)) continue;
    found[n++] = i;
  }
  return found.subarray(0, n);
}

/** By the sort's number, the most first; equal ones by name. */
function sortImages(
  images: Int32Array,
  counts: ImageCounts,
  sort: SequenceInput["sort"],
  nameRank: Int32Array,
): Int32Array {
  const numberOf: Readonly<Record<SequenceInput["sort"], (i: number) => number>> = {
    name: () => 0,
    objects: (i) => counts.truth[i]!,
    misses: (i) => counts.misses[i]!,
    "false-alarms": (i) => counts.falseAlarms[i]!,
    worst: (i) => counts.misses[i]! + counts.falseAlarms[i]!,
  };
  const keys = Float64Array.from(images, (i) => numberOf[sort](i) * nameRank.length - nameRank[i]!);
  const order = new ScoreSorter().sort(keys, keys.length);
  return Int32Array.from(order.subarray(0, keys.length), (at) => images[at]!);
}

/** The alphabetical rank of each image of a dataset, numbers in names counted as numbers; worked out once. */
export class NameRanks {
  readonly #ranks = new LruCache<{ readonly ranks: Int32Array; readonly bytes: number }>(2 ** 24);

  /** [I] */
  ranks(dataset: SizedDataset["dataset"]): Int32Array {
    return this.#ranks.get(dataset.imagesKey, () => {
      const { compare } = new Intl.Collator("en", { numeric: true });
      const order = dataset.images.map((_, i) => i);
      order.sort((a, b) => compare(dataset.images[a]!.path, dataset.images[b]!.path));
      const ranks = new Int32Array(order.length);
      order.forEach((image, rank) => {
        ranks[image] = rank;
      });
      return { ranks, bytes: 4 * ranks.length };
    }).ranks;
  }
}
