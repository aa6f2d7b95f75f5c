import type { Parsed } from "../../shared/api/contract.ts";
import { suspectKinds, type Suspect, type SuspectKind } from "../../shared/api/suspects.ts";
import { isRejected, rejectionOf, type RejectedSuspect } from "../../shared/suspects/rejections.ts";
import type { DatasetColumns } from "./dataset-columns.ts";
import { boxAt } from "./image-detail.ts";
import type { AnalysisState } from "./methods.ts";
import type { QueuedSuspect, SuspectSource } from "./suspect-lists.ts";

export interface SuspectPage {
  readonly total: number;
  readonly counts: Record<SuspectKind, number>;
  readonly items: Suspect[];
}

/** A suspect as an edit needs it: with the marks of its label. */
export interface SuspectToResolve {
  readonly suspect: Suspect;
  /** false without a label. */
  readonly crowd: boolean;
  readonly ignore: boolean;
}

/** `counts` are of all kinds, whatever `kinds` asks for. Throws `dataset/not-found`, `run/not-found`, `run/other-dataset`. */
export function querySuspects(state: AnalysisState, input: Parsed<"suspects/query">): SuspectPage {
  const { dataset, queue } = openSuspects(state, input, input.imageId);
  const counts = Object.fromEntries(suspectKinds.map((kind) => [kind, 0])) as SuspectPage["counts"];
  for (const { found } of queue) counts[found.kind] += 1;
  const wanted = new Set<SuspectKind>(input.kinds.length === 0 ? suspectKinds : input.kinds);
  const total = [...wanted].reduce((sum, kind) => sum + counts[kind], 0);
  const items: Suspect[] = [];
  let skip = input.offset;
  for (const one of queue) {
    if (items.length === input.limit) break;
    if (!wanted.has(one.found.kind)) continue;
    if (skip > 0) skip -= 1;
    else items.push(toSuspect(dataset, one));
  }
  return { total, counts, items };
}

/** null where there is no such suspect any more, or it was rejected. */
export function findSuspect(
  state: AnalysisState,
  { key, imageId, ...source }: SuspectSource & { readonly key: string; readonly imageId: number },
): SuspectToResolve | null {
  const { dataset, queue } = openSuspects(state, source, imageId);
  const one = queue.find(({ found }) => found.key === key);
  if (!one) return null;
  const row = labelRow(dataset, one);
  return {
    suspect: toSuspect(dataset, one),
    crowd: row !== null && dataset.crowd[row] === 1,
    ignore: row !== null && dataset.ignore[row] === 1,
  };
}

/** Those that nobody rejected, of one image or of all. */
function openSuspects(
  { suspects, suspectQueries }: AnalysisState,
  source: SuspectSource,
  imageId: number | null,
): { readonly dataset: DatasetColumns; readonly queue: readonly QueuedSuspect[] } {
  const { dataset, queue } = suspects.get(source);
  const rejections = new Map<number, RejectedSuspect[]>();
  for (const rejection of suspectQueries.ofDataset(dataset.id)) {
    const image = dataset.imageIndex.get(rejection.imageId)!;
    rejections.set(image, [...(rejections.get(image) ?? []), rejection]);
  }
  const only = imageId === null ? null : (dataset.imageIndex.get(imageId) ?? -1);
  if (only === null && rejections.size === 0) return { dataset, queue };
  const isOpen = (one: QueuedSuspect) => {
    if (only !== null && one.image !== only) return false;
    const inImage = rejections.get(one.image);
    return !inImage || !isRejected(rejectionOf(toSuspect(dataset, one)), inImage);
  };
  return { dataset, queue: queue.filter(isOpen) };
}

function toSuspect(dataset: DatasetColumns, one: QueuedSuspect): Suspect {
  const { found, image } = one;
  const { key, kind, proposal, score, votes, iou, weight } = found;
  const { id, path, width, height } = dataset.images[image]!;
  const row = labelRow(dataset, one);
  const first = dataset.offsets[image]!;
  return {
    key,
    kind,
    imageId: id,
    imagePath: path,
    imageWidth: width,
    imageHeight: height,
    label: row === null ? null : labelAt(dataset, row),
    other: found.other === null ? null : labelAt(dataset, dataset.byImage[first + found.other]!),
    proposal,
    score,
    votes,
    iou,
    weight,
  };
}

function labelRow(dataset: DatasetColumns, { found, image }: QueuedSuspect): number | null {
  return found.label === null ? null : dataset.byImage[dataset.offsets[image]! + found.label]!;
}

function labelAt(dataset: DatasetColumns, row: number): NonNullable<Suspect["label"]> {
  return {
    annotationId: dataset.annotationId[row]!,
    categoryId: dataset.categories[dataset.category[row]!]!.id,
    box: boxAt(dataset.boxes, row),
  };
}
