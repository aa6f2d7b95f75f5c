/** Reads and changes single settings of a training by their dotted keys, as the form and the command line do. */
import { AppError } from "./app-error.ts";
import { fieldOf, settingKeys, type FieldSource, type SettingKey } from "./training-fields.ts";
import {
  paperPreset,
  trainingPresets,
  type TrainingPreset,
  type TrainingSettings,
} from "./training.ts";

/** Parts that can be off as a whole; null then. */
export const settingParts = [
  "samplePoints",
  "scaleAlignedTarget",
  "reweighting",
  "tile",
] as const satisfies readonly (keyof TrainingSettings)[];
export type SettingPart = (typeof settingParts)[number];

/** What a part holds when it is switched on where the preset has it off. SODA-D's tiles. */
const whenOn = {
  samplePoints: { ...paperPreset.samplePoints!, ramp: "warmup" },
  scaleAlignedTarget: paperPreset.scaleAlignedTarget!,
  reweighting: { ...paperPreset.reweighting!, variant: "stable" },
  tile: { size: 800, overlap: 150 },
} as const satisfies Pick<TrainingSettings, SettingPart>;

export type SettingChange = readonly [key: SettingKey | SettingPart, value: unknown];

export function partOf(key: SettingKey): SettingPart | null {
  return settingParts.find((part) => key.startsWith(`${part}.`)) ?? null;
}

/** undefined where its part is off. */
export function settingAt(settings: TrainingSettings, key: SettingKey | SettingPart): unknown {
  return key
    .split(".")
    .reduce<unknown>(
      (value, name) =>
        value === null || value === undefined
          ? undefined
          : (value as Readonly<Record<string, unknown>>)[name],
      settings,
    );
}

/**
 * The settings with one value changed. A setting of a part that is off switches it on; a part takes null (off) or true
 * (on, with its defaults). The value's kind and range are not checked. Throws `training/no-such-setting`.
 */
export function withSetting(
  settings: TrainingSettings,
  key: string,
  value: unknown,
): TrainingSettings {
  const part = settingParts.find((name) => name === key);
  if (part) return { ...settings, [part]: value === true ? whenOn[part] : value };
  if (!settingKeys.some((known) => known === key)) {
    throw new AppError(
      "training/no-such-setting",
      `There is no setting “${key}”. Settings are: ${[...settingParts, ...settingKeys].join(", ")}.`,
    );
  }
  const [first, second] = key.split(".") as [keyof TrainingSettings, string | undefined];
  if (second === undefined) return { ...settings, [first]: value };
  const group = settings[first] ?? whenOn[first as SettingPart];
  return { ...settings, [first]: { ...(group as object), [second]: value } };
}

export function withSettings(
  settings: TrainingSettings,
  changes: readonly SettingChange[],
): TrainingSettings {
  return changes.reduce((now, [key, value]) => withSetting(now, key, value), settings);
}

/** What turns `from` into `to` when applied in order: parts first, then single values. */
export function settingChanges(
  from: TrainingSettings,
  to: TrainingSettings,
): readonly SettingChange[] {
  const parts = settingParts
    .filter((part) => (from[part] === null) !== (to[part] === null))
    .map((part): SettingChange => [part, to[part] === null ? null : true]);
  const base = withSettings(from, parts);
  const values = settingKeys
    .map((key): SettingChange => [key, settingAt(to, key)])
    .filter(([key, value]) => value !== undefined && !same(settingAt(base, key), value));
  return [...parts, ...values];
}

/** The preset from which the fewest changes lead to these settings. */
export function nearestPreset(settings: TrainingSettings): TrainingPreset {
  const presets = Object.keys(trainingPresets) as TrainingPreset[];
  const changes = (preset: TrainingPreset) =>
    settingChanges(trainingPresets[preset], settings).length;
  return presets.reduce((best, preset) => (changes(preset) < changes(best) ? preset : best));
}

/** Where the value that a preset has for it comes from. */
export function sourceOf(key: SettingKey, preset: TrainingPreset): FieldSource {
  const settings = trainingPresets[preset];
  const value = settingAt(settings, key);
  if (value === undefined || same(value, settingAt(paperPreset, key))) return fieldOf(key).source;
  return { from: "own", where: reasons[preset] };
}

const reasons: Readonly<Record<TrainingPreset, string>> = {
  paper: "",
  "fine-tune": "for a short training from released weights",
  tiny: "for a small network from scratch on a processor",
};

export type SettingFault =
  | { readonly kind: "missing" }
  | { readonly kind: "whole" }
  | { readonly kind: "step"; readonly step: number }
  | { readonly kind: "above"; readonly low: number }
  | { readonly kind: "range"; readonly low: number; readonly high: number }
  | { readonly kind: "count"; readonly most: number }
  | { readonly kind: "choice" };

/** What is wrong with a value of a setting; null where nothing is. */
export function faultOf(key: SettingKey, value: unknown): SettingFault | null {
  const { kind, off } = fieldOf(key);
  if (value === null && off !== undefined) return null;
  if (value === null || value === undefined) return { kind: "missing" };
  switch (kind.kind) {
    case "switch":
      return typeof value === "boolean" ? null : { kind: "missing" };
    case "choice":
      return kind.choices.some((choice) => choice.value === value) ? null : { kind: "choice" };
    case "list": {
      const values = value as readonly unknown[];
      if (!Array.isArray(value) || value.length < 1 || value.length > kind.most)
        return { kind: "count", most: kind.most };
      return values.every((one) => isWithin(one, kind))
        ? null
        : { kind: "range", low: kind.low, high: kind.high };
    }
    case "number":
      if (kind.above && typeof value === "number" && value <= kind.low)
        return { kind: "above", low: kind.low };
      return isWithin(value, kind) ? null : { kind: "range", low: kind.low, high: kind.high };
    case "whole":
      if (!isWithin(value, kind)) return { kind: "range", low: kind.low, high: kind.high };
      if (!Number.isInteger(value)) return { kind: "whole" };
      return kind.step && Number(value) % kind.step !== 0
        ? { kind: "step", step: kind.step }
        : null;
  }
}

function isWithin(
  value: unknown,
  { low, high }: { readonly low: number; readonly high: number },
): boolean {
  return typeof value === "number" && value >= low && value <= high;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
