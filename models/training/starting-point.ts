/** What a training starts from: released weights with heads for the data's classes, or a network from scratch. */
import { readCheckpoint } from "../rtdetr/checkpoint.ts";
import type { RtdetrConfig } from "../rtdetr/config.ts";
import { initialValues } from "../rtdetr/initial-values.ts";
import type { HostParameters } from "../rtdetr/parameters.ts";
import { presetConfig, type RtdetrPreset } from "../rtdetr/presets.ts";
import type { RandomStream } from "./random.ts";

export type StartingPoint =
  | { readonly kind: "checkpoint"; readonly folder: string }
  | { readonly kind: "scratch"; readonly network: RtdetrPreset };

export interface StartingModel {
  readonly config: RtdetrConfig;
  readonly values: HostParameters;
  readonly notes: readonly string[];
}

export function startingModel(
  start: StartingPoint,
  labels: readonly string[],
  random: RandomStream,
): StartingModel {
  if (start.kind === "checkpoint")
    return readCheckpoint(start.folder, { labels, random: random.next });
  const config = presetConfig(start.network, labels);
  return { config, values: initialValues(config, random.next), notes: [] };
}
