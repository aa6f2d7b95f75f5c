/**
 * TIDE as its rules read, one image and one repair at a time, slow and without typed arrays: the yardstick for the
 * fast version. Values 0..100, as TIDE prints them.
 */
import type { AreaRange } from "../../../../shared/domain/protocols.ts";
import type { EvaluationSet } from "../../../../shared/evaluation/types.ts";

interface Truth {
  readonly row: number;
  readonly category: number;
  readonly box: readonly number[];
  readonly area: number;
  found: boolean;
  aimedAtBy: Detection[];
}

interface Detection {
  readonly row: number;
  readonly category: number;
  readonly box: readonly number[];
  readonly score: number;
  state: "hit" | "false" | "left out";
  type: string;
  target: Truth | null;
  /** The object whose area range it is in: what it hits, aims at or repeats. */
  object: Truth | null;
}

export interface PlainTide {
  readonly ap: number;
  readonly types: Record<string, { count: number; dap: number }>;
  readonly falsePositives: number;
  readonly falseNegatives: number;
}

/** By area range: errors and hits are where their object is, by its area; others by their own w*h. */
export function plainTide(
  set: EvaluationSet,
  crowd: Uint8Array,
  maxDets: number,
  { low, high }: Pick<AreaRange, "low" | "high"> = { low: 0, high: Infinity },
): PlainTide {
  const detections: Detection[] = [];
  const truths: Truth[] = [];
  set.imageIds.forEach((_, image) => {
    const all = rowsOf(set.truth.image, image).map((row) => ({
      row,
      category: set.truth.category[row]!,
      box: boxOf(set.truth.boxes, row),
      area: set.truth.area[row]!,
      found: false,
      aimedAtBy: [],
    }));
    const kept = rowsOf(set.predictions.image, image)
      .map((row): Detection => ({
        row,
        category: set.predictions.category[row]!,
        box: boxOf(set.predictions.boxes, row),
        score: set.predictions.score[row]!,
        state: "false",
        type: "",
        target: null,
        object: null,
      }))
      .sort((a, b) => b.score - a.score)
      .slice(0, maxDets);
    const counted = all.filter(({ row }) => crowd[row] === 0);
    judgeImage(
      kept,
      counted,
      all.filter(({ row }) => crowd[row] === 1),
    );
    detections.push(...kept);
    truths.push(...counted);
  });
  const isInRange = (size: number) => size >= low && size <= high;
  return gains(
    set.categoryIds.length,
    detections.filter(({ object, box }) => isInRange(object?.area ?? area(box))),
    truths.filter((truth) => isInRange(truth.area)),
  );
}

function judgeImage(
  detections: Detection[],
  truths: Truth[],
  regions: readonly Pick<Truth, "category" | "box">[],
): void {
  for (const detection of detections) {
    const free = truths.filter((t) => !t.found && t.category === detection.category);
    const best = highest(detection, free);
    if (best === null || iou(detection.box, best.box) < 0.5) continue;
    detection.state = "hit";
    detection.target = best;
    detection.object = best;
    best.found = true;
  }
  for (const detection of detections) {
    if (detection.state === "hit") continue;
    const isInside = regions.some(
      ({ category, box }) =>
        category === detection.category && shared(detection.box, box) / area(detection.box) > 0.5,
    );
    if (isInside) detection.state = "left out";
    [detection.type, detection.target] = typeOf(detection, truths);
    const own = truths.filter((t) => t.category === detection.category);
    detection.object = detection.type === "dupe" ? highest(detection, own) : detection.target;
    if (detection.target !== null && !detection.target.found)
      detection.target.aimedAtBy.push(detection);
  }
}

function typeOf(detection: Detection, truths: Truth[]): [string, Truth | null] {
  if (truths.length === 0) return ["bkg", null];
  const same = highest(
    detection,
    truths.filter((t) => t.category === detection.category),
  );
  const sameIou = same === null ? 0 : iou(detection.box, same.box);
  if (sameIou >= 0.1 && sameIou <= 0.5) return ["loc", same];
  const other = highest(
    detection,
    truths.filter((t) => t.category !== detection.category),
  );
  if (other !== null && iou(detection.box, other.box) >= 0.5) return ["cls", other];
  if (sameIou >= 0.5) return ["dupe", null];
  const any = Math.max(...truths.map((t) => iou(detection.box, t.box)));
  return [any <= 0.1 ? "bkg" : "both", null];
}

interface Point {
  readonly category: number;
  readonly score: number;
  readonly correct: boolean;
}

function gains(classes: number, detections: Detection[], truths: Truth[]): PlainTide {
  const pointOf = (d: Detection): Point => ({
    category: d.category,
    score: d.score,
    correct: d.state === "hit",
  });
  const seen = detections.filter((d) => d.state !== "left out");
  const errors = detections.filter((d) => d.state !== "hit");
  const hits = detections.filter((d) => d.state === "hit").map(pointOf);
  const before = meanAp(classes, seen.map(pointOf), truths);
  const standing = (d: Detection): Point[] => (d.state === "left out" ? [] : [pointOf(d)]);
  const repair = (d: Detection): Point[] => {
    if (d.type !== "cls" && d.type !== "loc") return [];
    const isBest = d.target?.aimedAtBy[0] === d;
    return isBest ? [{ category: d.target!.category, score: d.score, correct: true }] : [];
  };
  const types: PlainTide["types"] = {};
  for (const type of ["cls", "loc", "both", "dupe", "bkg"]) {
    const points = errors.flatMap((d) => (d.type === type ? repair(d) : standing(d)));
    types[type] = {
      count: errors.filter((d) => d.type === type).length,
      dap: Math.max(0, meanAp(classes, [...points, ...hits], truths) - before),
    };
  }
  const everything = [...errors.flatMap(standing), ...hits];
  const hopeless = truths.filter((t) => !t.found && t.aimedAtBy.length === 0);
  const without = (some: Truth[]) => truths.filter((t) => !some.includes(t));
  types["miss"] = {
    count: hopeless.length,
    dap: Math.max(0, meanAp(classes, everything, without(hopeless)) - before),
  };
  const extreme = everything.map((point) => ({ ...point, score: point.correct ? 1 : 0 }));
  return {
    ap: before,
    types,
    falsePositives: meanAp(classes, extreme, truths) - before,
    falseNegatives: meanAp(classes, everything, without(truths.filter((t) => !t.found))) - before,
  };
}

function meanAp(classes: number, points: readonly Point[], truths: readonly Truth[]): number {
  const aps: number[] = [];
  for (let k = 0; k < classes; k++) {
    const own = points.filter(({ category }) => category === k);
    const positives = truths.filter(({ category }) => category === k).length;
    if (own.length > 0 || positives > 0) aps.push(classAp(own, positives));
  }
  return aps.length === 0 ? 0 : aps.reduce((sum, ap) => sum + ap, 0) / aps.length;
}

function classAp(points: readonly Point[], positives: number): number {
  if (positives === 0) return 0;
  let hits = 0;
  const curve = [...points]
    .sort((a, b) => b.score - a.score)
    .map(({ correct }, i) => {
      if (correct) hits++;
      return { precision: hits / (i + 1), recall: hits / positives };
    });
  let sum = 0;
  for (let step = 0; step <= 100; step++) {
    const from = curve.findIndex(({ recall }) => recall >= step / 100);
    if (from >= 0) sum += Math.max(...curve.slice(from).map(({ precision }) => precision));
  }
  return (sum / 101) * 100;
}

function highest(detection: Detection, truths: readonly Truth[]): Truth | null {
  let best: Truth | null = null;
  for (const truth of truths)
    if (best === null || iou(detection.box, truth.box) > iou(detection.box, best.box)) best = truth;
  return best;
}

const rowsOf = (image: Int32Array, index: number) =>
  [...image.keys()].filter((row) => image[row] === index);
const boxOf = (boxes: Float64Array, row: number) => [...boxes.subarray(4 * row, 4 * row + 4)];
const area = ([, , w, h]: readonly number[]) => w! * h!;

function shared([ax, ay, aw, ah]: readonly number[], [bx, by, bw, bh]: readonly number[]): number {
  const w = Math.min(ax! + aw!, bx! + bw!) - Math.max(ax!, bx!);
  const h = Math.min(ay! + ah!, by! + bh!) - Math.max(ay!, by!);
  return w <= 0 || h <= 0 ? 0 : w * h;
}

function iou(a: readonly number[], b: readonly number[]): number {
  return shared(a, b) / (area(a) + area(b) - shared(a, b));
}
