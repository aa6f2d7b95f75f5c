import { basename } from "node:path";
import {
  type ImportPlan,
  type LabelFormat,
  labelFormats,
  type PredictionFormat,
  predictionFormats,
} from "../../../shared/api/imports.ts";
import type { ProtocolId } from "../../../shared/domain/protocols.ts";
import type { FolderMap } from "./folder-map.ts";
import type { Inspected } from "./inspect-context.ts";

const MOST_PREDICTIONS = 64;

/** What Import does if nothing is corrected; null where there is nothing to import. */
export function suggestPlan(
  root: string,
  map: FolderMap,
  found: readonly Inspected[],
): ImportPlan | null {
  const usable = found.filter(({ source }) =>
    source.problems.every(({ action, record }) => action !== "refused" || record !== null),
  );
  const labels = usable.filter(({ source }) => source.role === "labels");
  const predictions = usable.filter(({ source }) => source.role === "predictions");
  const chosen = bestLabels(labels, predictions);
  if (chosen === null && map.imageFolders.length === 0) return null;
  const fitting = chosen === null ? [] : predictions.filter((one) => fits(one, chosen));
  const format = chosen === null ? null : asLabelFormat(chosen.source.format);
  const name = basename(root) || "dataset";
  return {
    root,
    datasetName:
      chosen !== null && labels.length > 1 && chosen.source.name !== name
        ? `${name} ${chosen.source.name}`.slice(0, 200)
        : name,
    imageRoot: chosen?.source.imageRoot ?? commonImageRoot(map),
    labels:
      chosen === null || format === null
        ? null
        : {
            format,
            path: chosen.source.path,
            ...(chosen.source.vocOffset === null ? {} : { vocOffset: chosen.source.vocOffset }),
          },
    predictions: fitting.slice(0, MOST_PREDICTIONS).flatMap(({ source }) => {
      const predictionFormat = asPredictionFormat(source.format);
      return predictionFormat === null
        ? []
        : [{ format: predictionFormat, path: source.path, name: source.name.slice(0, 200) }];
    }),
    evaluate: fitting.length === 0 || format === null ? null : protocolOf(format),
  };
}

/** The labels most predictions fit; of equals validation before test before train, and one file before many. */
function bestLabels(
  labels: readonly Inspected[],
  predictions: readonly Inspected[],
): Inspected | null {
  const ranked = labels.map((one) => ({
    one,
    served: predictions.filter((prediction) => fits(prediction, one)).length,
    split: splitRank(one.source.path),
    format: labelFormats.indexOf(one.source.format as LabelFormat),
    images: one.source.images ?? Infinity,
  }));
  ranked.sort(
    (a, b) =>
      b.served - a.served || a.split - b.split || a.format - b.format || b.images - a.images,
  );
  return ranked[0]?.one ?? null;
}

function splitRank(path: string): number {
  const last = path.toLowerCase();
  // A split list narrows what the whole folder offers.
  if (/imagesets\/main/.test(last)) return 3;
  if (/val/.test(last)) return 0;
  if (/test/.test(last)) return 1;
  return /train/.test(last) ? 4 : 2;
}

/** Whether most of the predictions' images are among those of the labels, as far as known. */
function fits(predictions: Inspected, labels: Inspected): boolean {
  const share = (of: ReadonlySet<unknown>, among: ReadonlySet<unknown>) => {
    let hits = 0;
    for (const item of of) if (among.has(item)) hits += 1;
    return of.size > 0 && hits / of.size >= 0.5;
  };
  if (predictions.imageIds !== null && labels.imageIds !== null && predictions.imageIds.size > 0) {
    return share(predictions.imageIds, labels.imageIds);
  }
  if (predictions.stems !== null && labels.stems !== null) {
    return share(predictions.stems, labels.stems);
  }
  return true;
}

function protocolOf(format: LabelFormat): ProtocolId {
  return format === "soda-d" || format === "visdrone" ? format : "coco";
}

function asLabelFormat(format: string): LabelFormat | null {
  return labelFormats.find((known) => known === format) ?? null;
}

function asPredictionFormat(format: string): PredictionFormat | null {
  return predictionFormats.find((known) => known === format) ?? null;
}

/** Where no labels say: the one folder that has all pictures below it. */
function commonImageRoot({ imageFolders }: FolderMap): string {
  const [first = { path: "", images: 0 }] = [...imageFolders].sort(
    (a, b) => b.images - a.images || b.path.length - a.path.length,
  );
  return first.path;
}
