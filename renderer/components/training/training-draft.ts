import type { LocationQuery, LocationQueryRaw } from "vue-router";
import type { Input } from "../../../shared/api/contract.ts";
import type {
  TrainingDetail,
  TrainingStart,
  ValidationSource,
} from "../../../shared/api/training.ts";
import { settingKeys, type SettingKey } from "../../../shared/domain/training-fields.ts";
import {
  faultOf,
  settingAt,
  settingChanges,
  settingParts,
  withSetting,
  withSettings,
  type SettingFault,
} from "../../../shared/domain/training-values.ts";
import {
  trainingPresets,
  type TrainingPreset,
  type TrainingSettings,
} from "../../../shared/domain/training.ts";
import { textOf } from "../../composables/address.ts";

/** What the form holds. A number that was emptied is null in the settings, and a fault. */
export interface TrainingDraft {
  readonly name: string;
  readonly datasetId: number | null;
  readonly validation: ValidationSource;
  /** null: a model is wanted and none is chosen. */
  readonly start: TrainingStart | null;
  readonly preset: TrainingPreset;
  readonly settings: TrainingSettings;
}

export const architectures = ["tiny", "r18", "r34", "r50", "r101"] as const;
export type Architecture = (typeof architectures)[number];
export const SHARE_KEPT_APART = 0.2;

export function newDraft(
  preset: TrainingPreset,
  datasetId: number | null,
  modelId: number | null,
): TrainingDraft {
  return {
    name: "",
    datasetId,
    validation: { kind: "share", share: SHARE_KEPT_APART },
    start: usualStart(preset, modelId),
    preset,
    settings: trainingPresets[preset],
  };
}

/** The plan of a training again, to be changed and started anew. */
export function draftLike(training: TrainingDetail): TrainingDraft {
  return {
    name: "",
    datasetId: training.datasetId,
    validation: training.validationSource,
    start: training.start,
    preset: training.preset,
    settings: training.settings,
  };
}

/** Another dataset to learn from; what is learnt from is not what AP is measured on. */
export function withDataset(draft: TrainingDraft, datasetId: number): TrainingDraft {
  const { validation } = draft;
  const isSame = validation.kind === "dataset" && validation.datasetId === datasetId;
  return {
    ...draft,
    datasetId,
    validation: isSame ? { kind: "share", share: SHARE_KEPT_APART } : validation,
  };
}

/** Another preset with its usual start; what was changed by hand stays changed. */
export function withPreset(
  draft: TrainingDraft,
  preset: TrainingPreset,
  modelId: number | null,
): TrainingDraft {
  const changes = settingChanges(trainingPresets[draft.preset], draft.settings);
  const settings = withSettings(trainingPresets[preset], changes);
  return { ...draft, preset, settings, start: usualStart(preset, modelId) };
}

/** `modelId`: the project's newest RT-DETR checkpoint, or null. */
export function usualStart(preset: TrainingPreset, modelId: number | null): TrainingStart | null {
  if (preset === "tiny") return { kind: "scratch", architecture: "tiny" };
  return modelId === null ? null : { kind: "model", modelId };
}

/** Faults of single settings by key; tiles that cannot overlap so far count to `tile.overlap`. */
export function faultsOf(
  settings: TrainingSettings,
): ReadonlyMap<SettingKey, SettingFault | { readonly kind: "overlap" }> {
  const faults = new Map<SettingKey, SettingFault | { readonly kind: "overlap" }>();
  for (const key of settingKeys) {
    const value = settingAt(settings, key);
    const fault = value === undefined ? null : faultOf(key, value);
    if (fault) faults.set(key, fault);
  }
  const { tile } = settings;
  if (tile && tile.overlap >= tile.size && !faults.has("tile.overlap")) {
    faults.set("tile.overlap", { kind: "overlap" });
  }
  return faults;
}

/** The plan for the main side, or what is missing. */
export function planOf(draft: TrainingDraft): Input<"training/start"> | "dataset" | "model" | null {
  const { datasetId, start, validation, preset, settings } = draft;
  if (datasetId === null) return "dataset";
  if (start === null) return "model";
  if (faultsOf(settings).size > 0) return null;
  const name = draft.name.trim();
  return {
    ...(name === "" ? {} : { name }),
    datasetId,
    validation,
    start,
    preset,
    settings,
  };
}

/** The draft as the address carries it; what is as the preset has it is left out. */
export function queryOfDraft(draft: TrainingDraft): LocationQueryRaw {
  const { name, datasetId, validation, start, preset, settings } = draft;
  const changes = settingChanges(trainingPresets[preset], settings);
  return {
    preset,
    ...(datasetId === null ? {} : { dataset: String(datasetId) }),
    ...(name === "" ? {} : { name }),
    validation:
      validation.kind === "share"
        ? `share:${validation.share}`
        : validation.kind === "dataset"
          ? `dataset:${validation.datasetId}`
          : "none",
    ...(start === null
      ? {}
      : { start: start.kind === "model" ? `model:${start.modelId}` : `new:${start.architecture}` }),
    ...(changes.length === 0
      ? {}
      : { set: changes.map(([key, value]) => `${key}=${JSON.stringify(value)}`) }),
  };
}

/** Reads the draft back; what cannot be read is as if it were not there. */
export function draftOfQuery(
  query: LocationQuery,
  fallback: { readonly datasetId: number | null; readonly modelId: number | null },
): TrainingDraft {
  const asked = textOf(query["preset"]);
  const preset = (Object.keys(trainingPresets) as TrainingPreset[]).find((id) => id === asked);
  const usual: TrainingPreset = fallback.modelId === null ? "tiny" : "fine-tune";
  const draft = newDraft(preset ?? usual, fallback.datasetId, fallback.modelId);
  const sets = [query["set"] ?? []].flat().filter((entry) => entry !== null);
  return {
    ...draft,
    name: textOf(query["name"]) ?? "",
    datasetId: wholeOf(textOf(query["dataset"])) ?? fallback.datasetId,
    validation: validationOf(textOf(query["validation"])) ?? draft.validation,
    start: startOf(textOf(query["start"])) ?? draft.start,
    settings: sets.reduce(withWritten, draft.settings),
  };
}

function withWritten(settings: TrainingSettings, entry: string): TrainingSettings {
  const split = entry.indexOf("=");
  const key = entry.slice(0, split);
  const known = [...settingKeys, ...settingParts].some((one) => one === key);
  if (!known) return settings;
  try {
    const value: unknown = JSON.parse(entry.slice(split + 1));
    const isPart = settingParts.some((part) => part === key);
    return isPart && value !== null && value !== true
      ? settings
      : withSetting(settings, key, value);
  } catch {
    return settings; // Written by hand, or cut off.
  }
}

function validationOf(text: string | null): ValidationSource | null {
  const [kind, value = ""] = (text ?? "").split(":");
  if (kind === "none") return { kind };
  const share = Number(value);
  if (kind === "share" && share > 0 && share < 1) return { kind, share };
  const datasetId = wholeOf(value);
  return kind === "dataset" && datasetId !== null ? { kind, datasetId } : null;
}

function startOf(text: string | null): TrainingStart | null {
  const [kind, value = ""] = (text ?? "").split(":");
  const modelId = wholeOf(value);
  if (kind === "model" && modelId !== null) return { kind, modelId };
  const architecture = architectures.find((one) => one === value);
  return kind === "new" && architecture ? { kind: "scratch", architecture } : null;
}

function wholeOf(text: string | null): number | null {
  return text !== null && /^\d{1,12}$/.test(text) ? Number(text) : null;
}
