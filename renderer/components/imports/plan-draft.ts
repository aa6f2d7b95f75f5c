import type {
  FolderReport,
  FoundSource,
  ImportPlan,
  LabelFormat,
  PredictionFormat,
} from "../../../shared/api/imports.ts";
import { labelFormats, predictionFormats } from "../../../shared/domain/file-formats.ts";
import type { ProtocolId } from "../../../shared/domain/protocols.ts";

/** The plan as it is being corrected: every source stays, with whether it is wanted. */
export interface PlanDraft {
  datasetName: string;
  imageRoot: string;
  /** Path of the labels' source; null for images only. */
  labelsPath: string | null;
  labelsFormat: LabelFormat;
  vocOffset: 0 | 1;
  predictions: PredictionDraft[];
  evaluate: ProtocolId | null;
}

export interface PredictionDraft {
  readonly source: FoundSource;
  wanted: boolean;
  name: string;
  format: PredictionFormat;
}

export function sourcesOf(report: FolderReport, role: FoundSource["role"]): readonly FoundSource[] {
  return report.sources.filter((source) => source.role === role);
}

/** Starts from what the main side suggests. */
export function draftOf(report: FolderReport): PlanDraft {
  const plan = report.suggestion;
  const labels = sourcesOf(report, "labels");
  const first = labels[0];
  return {
    datasetName: plan?.datasetName ?? "",
    imageRoot: plan?.imageRoot ?? report.imageFolders[0]?.path ?? "",
    labelsPath: plan?.labels?.path ?? null,
    labelsFormat: plan?.labels?.format ?? asLabelFormat(first?.format) ?? "coco",
    vocOffset: plan?.labels?.vocOffset ?? first?.vocOffset ?? 0,
    predictions: sourcesOf(report, "predictions").map((source) => {
      const planned = plan?.predictions.find((one) => one.path === source.path);
      return {
        source,
        wanted: planned !== undefined,
        name: planned?.name ?? source.name,
        format: planned?.format ?? asPredictionFormat(source.format) ?? "coco-results",
      };
    }),
    evaluate: plan?.evaluate ?? null,
  };
}

/** Another source of labels brings its own format, images and offset. */
export function chooseLabels(draft: PlanDraft, source: FoundSource | null): void {
  draft.labelsPath = source?.path ?? null;
  if (!source) return;
  draft.labelsFormat = asLabelFormat(source.format) ?? draft.labelsFormat;
  if (source.imageRoot !== null) draft.imageRoot = source.imageRoot;
  if (source.vocOffset !== null) draft.vocOffset = source.vocOffset;
}

export function planOf(report: FolderReport, draft: PlanDraft): ImportPlan {
  const isVoc = draft.labelsFormat === "voc";
  const predictions = draft.predictions.filter((one) => one.wanted);
  return {
    root: report.path,
    datasetName: draft.datasetName.trim(),
    imageRoot: draft.imageRoot,
    labels:
      draft.labelsPath === null
        ? null
        : {
            format: draft.labelsFormat,
            path: draft.labelsPath,
            ...(isVoc ? { vocOffset: draft.vocOffset } : {}),
          },
    predictions: predictions.map((one) => ({
      format: one.format,
      path: one.source.path,
      name: one.name.trim(),
    })),
    evaluate: predictions.length > 0 && draft.labelsPath !== null ? draft.evaluate : null,
  };
}

export function canImport(report: FolderReport, draft: PlanDraft): boolean {
  if (draft.labelsPath === null && report.imageFolders.length === 0) return false;
  const named = draft.predictions.every((one) => !one.wanted || one.name.trim() !== "");
  return draft.datasetName.trim() !== "" && named;
}

function asLabelFormat(format: string | undefined): LabelFormat | null {
  return labelFormats.find((known) => known === format) ?? null;
}

function asPredictionFormat(format: string): PredictionFormat | null {
  return predictionFormats.find((known) => known === format) ?? null;
}
