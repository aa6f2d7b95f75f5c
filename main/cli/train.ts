import { parseArgs } from "node:util";
import { training as trainingRoutes, type TrainingStart } from "../../shared/api/training.ts";
import type { ValidationSource } from "../../shared/api/training.ts";
import { ablationPresets } from "../../shared/domain/ablations.ts";
import { validationRanges } from "../../shared/domain/training-fields.ts";
import {
  trainingPresets,
  type TrainingPreset,
  type TrainingSettings,
} from "../../shared/domain/training.ts";
import { settingParts, withSetting } from "../../shared/domain/training-values.ts";
import type { App } from "../app.ts";
import { datasetQueries } from "../db/queries/datasets.ts";
import { modelQueries } from "../db/queries/models.ts";
import { trainingQueries } from "../db/queries/training.ts";
import { startAblation } from "../services/training/ablations.ts";
import type { TrainingPlan } from "../services/training/check-plan.ts";
import { resumeTraining, startTraining } from "../services/training/start-training.ts";
import { findByName } from "./find-by-name.ts";
import { followTrainings } from "./follow-training.ts";
import { buildHeadlessApp } from "./host.ts";
import { resolvePath, UsageError, type Command } from "./command.ts";

const architectures = ["tiny", "r18", "r34", "r50", "r101"] as const;

const help = `Usage: fovea train --project DIR --dataset NAME|ID --preset NAME [options]
       fovea train --project DIR --resume RUN

Trains RT-DETR on a dataset of a project, with the three methods for small objects as switches.

  --project DIR          the project's folder
  --dataset NAME|ID      what to learn from
  --validation NAME|ID|SHARE
                         what AP is measured on: another dataset, or a share of the images, as 0.2,
                         drawn by the seed; "none" for nothing (default: 0.2)
  --preset NAME          ${Object.keys(trainingPresets).join(", ")}
                         fine-tune: from released weights, short; paper: 72 epochs;
                         tiny: a small network from scratch, for trying out
  --model NAME|ID        a model of the project to start from
  --scratch SIZE         start untrained: ${architectures.join(", ")} (default for the preset tiny: tiny)
  --set KEY=VALUE        change a setting; VALUE is JSON. May be given often:
                         --set epochs=3 --set samplePoints=null --set optimizer.baseRate=5e-5
                         --set tile=true trains on tiles of 800 px; "--set ?" lists the keys
  --name NAME            how the training is called
  --resume RUN           go on with a training of the project, by name or number
  --ablation NAME        one training for each row of a table of the paper and each seed:
                         ${ablationPresets.map(({ id }) => id).join(", ")}
  --seeds 1,2,3          seeds of an ablation (default: the setting "seed")
  --json                 print what came out as one JSON document

Ctrl-C saves after the step at work and says how to go on; a second Ctrl-C ends at once.
The best weights (else the last) become a model of the project at the end.
`;

export const trainCommand: Command = {
  summary: "train a detector on a dataset of a project",
  help,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        project: { type: "string" },
        dataset: { type: "string" },
        validation: { type: "string", default: "0.2" },
        preset: { type: "string" },
        model: { type: "string" },
        scratch: { type: "string" },
        set: { type: "string", multiple: true, default: [] },
        name: { type: "string" },
        resume: { type: "string" },
        ablation: { type: "string" },
        seeds: { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
    if (values.set.includes("?")) return listSettings(presetArgument(values.preset ?? "paper"));
    if (values.project === undefined) throw new UsageError("train needs --project.");
    const plan = values.resume === undefined ? planFrom(values) : null;
    const app = buildHeadlessApp();
    try {
      await app.workspace.open(resolvePath(values.project));
      const ids = plan ? await start(app, plan, values) : [resume(app, values.resume!)];
      return await followTrainings(app, ids, values.json);
    } finally {
      await app.close();
    }
  },
};

interface TrainArguments {
  readonly dataset?: string | undefined;
  readonly validation: string;
  readonly preset?: string | undefined;
  readonly model?: string | undefined;
  readonly scratch?: string | undefined;
  readonly set: readonly string[];
  readonly name?: string | undefined;
  readonly ablation?: string | undefined;
  readonly seeds?: string | undefined;
}

/** What can be said without the project. */
interface ArgumentPlan {
  readonly preset: TrainingPreset;
  readonly settings: TrainingSettings;
  readonly seeds: readonly number[];
}

function planFrom(values: TrainArguments): ArgumentPlan {
  if (values.dataset === undefined) throw new UsageError("train needs --dataset, or --resume.");
  if (values.preset === undefined)
    throw new UsageError(
      `train needs --preset; it is one of ${Object.keys(trainingPresets).join(", ")}.`,
    );
  const preset = presetArgument(values.preset);
  if (values.model !== undefined && values.scratch !== undefined)
    throw new UsageError("--model and --scratch cannot go together: a training has one start.");
  if (values.model === undefined && values.scratch === undefined && preset !== "tiny")
    throw new UsageError(
      `The preset ${preset} needs a start: --model with a model of the project, or --scratch with one of ${architectures.join(", ")}.`,
    );
  const settings = settingsFrom(preset, values.set);
  return { preset, settings, seeds: seedsArgument(values.seeds) ?? [settings.seed] };
}

function presetArgument(text: string): TrainingPreset {
  if (Object.hasOwn(trainingPresets, text)) return text as TrainingPreset;
  throw new UsageError(
    `--preset is "${text}"; it must be one of ${Object.keys(trainingPresets).join(", ")}.`,
  );
}

function settingsFrom(preset: TrainingPreset, sets: readonly string[]): TrainingSettings {
  let settings: TrainingSettings = trainingPresets[preset];
  for (const text of sets) {
    const at = text.indexOf("=");
    if (at < 1)
      throw new UsageError(`--set is "${text}"; it must be KEY=VALUE, for example epochs=3.`);
    const key = text.slice(0, at);
    try {
      settings = withSetting(settings, key, jsonOrText(text.slice(at + 1)));
    } catch (error) {
      throw new UsageError(`--set ${text}: ${(error as Error).message}`);
    }
    const parsed = trainingRoutes["training/start"].input.shape.settings.safeParse(settings);
    if (parsed.success) continue;
    const [fault] = parsed.error.issues;
    throw new UsageError(`--set ${text}: ${fault!.path.join(".")}: ${fault!.message}.`);
  }
  return settings;
}

/** Words need no quotes: `norms=frozen`. */
function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function seedsArgument(text: string | undefined): readonly number[] | null {
  if (text === undefined) return null;
  const seeds = text.split(",").map(Number);
  if (text !== "" && seeds.every((seed) => Number.isInteger(seed) && seed >= 0)) return seeds;
  throw new UsageError(`--seeds is "${text}"; it must be whole numbers with commas: 1,2,3.`);
}

async function start(
  app: App,
  { preset, settings, seeds }: ArgumentPlan,
  values: TrainArguments,
): Promise<readonly number[]> {
  const { project } = app.workspace;
  const { db } = project;
  const datasets = datasetQueries(db).all();
  const plan: TrainingPlan = {
    ...(values.name === undefined ? {} : { name: values.name }),
    datasetId: findByName("dataset", datasets, values.dataset!).id,
    validation: validationArgument(values.validation, datasets),
    start: startArgument(app, values),
    preset,
    settings,
  };
  if (values.ablation === undefined) return [(await startTraining(project, plan)).trainingId];
  const ablation = ablationPresets.find(({ id }) => id === values.ablation);
  if (!ablation)
    throw new UsageError(
      `--ablation is "${values.ablation}"; it must be one of ${ablationPresets.map(({ id }) => id).join(", ")}.`,
    );
  const ablationId = await startAblation(project, {
    name: values.name ?? ablation.title,
    presetId: ablation.id,
    plan,
    variants: ablation.variants.map(({ name, set }) => ({ name, set: { ...set } })),
    seeds: [...seeds],
  });
  return trainingQueries(db)
    .ofAblation(ablationId)
    .map(({ id }) => id);
}

function validationArgument(
  text: string,
  datasets: readonly { readonly id: number; readonly name: string }[],
): ValidationSource {
  if (text === "none") return { kind: "none" };
  const share = Number(text);
  if (share > 0 && share < 1) return { kind: "share", share };
  return { kind: "dataset", datasetId: findByName("dataset", datasets, text).id };
}

function startArgument(app: App, { model, scratch = "tiny" }: TrainArguments): TrainingStart {
  if (model !== undefined) {
    const models = modelQueries(app.workspace.project.db).all();
    return { kind: "model", modelId: findByName("model", models, model).id };
  }
  const architecture = architectures.find((name) => name === scratch);
  if (architecture) return { kind: "scratch", architecture };
  throw new UsageError(`--scratch is "${scratch}"; it must be one of ${architectures.join(", ")}.`);
}

function resume(app: App, name: string): number {
  const { project } = app.workspace;
  const { id } = findByName("training", trainingQueries(project.db).all(), name);
  resumeTraining(project, id);
  return id;
}

function listSettings(preset: TrainingPreset): number {
  const print = (value: unknown, key: string): void => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      for (const [name, part] of Object.entries(value))
        print(part, key === "" ? name : `${key}.${name}`);
      return;
    }
    process.stdout.write(`${key}=${JSON.stringify(value)}\n`);
  };
  print(trainingPresets[preset], "");
  process.stdout.write(
    `\n${settingParts.join(", ")} can be null (off) or true (on).\nvalidation.bucket is one of ${validationRanges.map(({ label }) => label).join(", ")}.\n`,
  );
  return 0;
}
