/** Ablations: the same training with changed settings, over several seeds, in one table. */
import type { Parsed } from "../../../shared/api/contract.ts";
import { trainingSettings } from "../../../shared/api/training-settings.ts";
import type { Ablation, AblationRow } from "../../../shared/api/training.ts";
import { ablationPresets } from "../../../shared/domain/ablations.ts";
import { AppError } from "../../../shared/domain/app-error.ts";
import { withSetting } from "../../../shared/domain/training-values.ts";
import type { TrainingSettings } from "../../../shared/domain/training.ts";
import { ablationQueries, type StoredAblation } from "../../db/queries/ablations.ts";
import { trainingQueries, type StoredTraining } from "../../db/queries/training.ts";
import type { Db } from "../../db/open.ts";
import type { OpenProject } from "../projects/open-project.ts";
import { checkPlan, type CheckedPlan, type TrainingPlan } from "./check-plan.ts";
import { hasCheckpoint } from "./keep-training.ts";
import { addTraining, pauseTraining, queueTraining, removeTraining } from "./start-training.ts";
import { toSummary } from "./training-records.ts";

type AblationPlan = Parsed<"ablations/start">;

/** Queues one training for each variant and seed. Throws `training/setting` or as `checkPlan`, naming the variant. */
export async function startAblation(
  project: OpenProject,
  { name, presetId, plan, variants, seeds }: AblationPlan,
): Promise<number> {
  const { db } = project;
  if (presetId !== null && !ablationPresets.some(({ id }) => id === presetId))
    throw new AppError(
      "training/ablation",
      `presetId: there is no ablation "${presetId}". There are ${ablationPresets.map(({ id }) => id).join(", ")}.`,
    );
  const plans = variants.flatMap((variant, place) =>
    seeds.map((seed) => ({ place, plan: planOf(plan, variant, seed, name) })),
  );
  const checked: CheckedPlan[] = [];
  for (const one of plans) checked.push(await checkPlan(db, one.plan));
  const [ablationId, ids] = db.transaction(() => {
    const id = ablationQueries(db).insert({ name, presetId, variants, createdAt: Date.now() });
    return [
      id,
      plans.map((one, k) =>
        addTraining(db, one.plan, checked[k]!, { ablationId: id, variant: one.place }),
      ),
    ] as const;
  })();
  for (const id of ids) queueTraining(project, id);
  return ablationId;
}

function planOf(
  plan: TrainingPlan,
  variant: AblationPlan["variants"][number],
  seed: number,
  name: string,
): TrainingPlan {
  // Every training is measured on the same images, or the spread would be that of the images.
  const validation =
    plan.validation.kind === "share"
      ? { seed: plan.settings.seed, ...plan.validation }
      : plan.validation;
  return {
    ...plan,
    name: `${name} · ${variant.name} · seed ${seed}`.slice(-200),
    validation,
    settings: { ...changed(plan.settings, variant), seed },
  };
}

function changed(
  settings: TrainingSettings,
  { name, set }: AblationPlan["variants"][number],
): TrainingSettings {
  let now = settings;
  for (const [key, value] of Object.entries(set)) now = withSetting(now, key, value);
  const parsed = trainingSettings.safeParse(now);
  if (parsed.success) return parsed.data;
  const [fault] = parsed.error.issues;
  throw new AppError(
    "training/setting",
    `Variant "${name}": ${fault!.path.join(".")}: ${fault!.message}.`,
  );
}

/** Newest first. */
export function listAblations(db: Db): Ablation[] {
  return ablationQueries(db)
    .all()
    .map((ablation) => {
      const trainings = trainingQueries(db).ofAblation(ablation.id);
      const { id, name, presetId, createdAt } = ablation;
      const rows = ablation.variants.map((variant, place) =>
        rowOf(
          db,
          ablation,
          variant.name,
          trainings.filter((training) => training.variant === place),
        ),
      );
      return { id, name, presetId, createdAt, rows };
    });
}

function rowOf(
  db: Db,
  { presetId }: StoredAblation,
  name: string,
  trainings: readonly StoredTraining[],
): AblationRow {
  const preset = ablationPresets.find(({ id }) => id === presetId);
  const published = preset?.variants.find((variant) => variant.name === name)?.published ?? null;
  const best = trainings.flatMap((training) =>
    trainingQueries(db)
      .validations(training.id)
      .filter(({ step }) => step === training.best?.step),
  );
  const ranges = [...new Set(best.flatMap(({ ap }) => Object.keys(ap)))];
  const column = (range: string) => best.flatMap(({ ap }) => ap[range] ?? []);
  const byRange = (reduce: (values: readonly number[]) => number | null) =>
    Object.fromEntries(ranges.map((range) => [range, reduce(column(range))]));
  return {
    name,
    published,
    trainings: trainings.map(toSummary),
    ap: best.length > 0 ? byRange(mean) : null,
    ap50: mean(best.flatMap(({ ap50 }) => ap50 ?? [])),
    deviation: best.length > 1 ? byRange(deviation) : null,
  };
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, v) => sum + v, 0) / values.length;
}

/** Of a sample; null with fewer than two values. */
function deviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const middle = mean(values)!;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - middle) ** 2, 0) / (values.length - 1));
}

/** Its trainings stay as trainings of their own; those that have nothing yet go. The one at work is paused. */
export function removeAblation(project: OpenProject, ablationId: number): void {
  const { db, folder } = project;
  for (const training of trainingQueries(db).ofAblation(ablationId)) {
    pauseTraining(project, training.id);
    const hasNothing = training.step === 0 && !hasCheckpoint(folder, training.id);
    if (hasNothing && training.state !== "running") removeTraining(project, training.id);
  }
  ablationQueries(db).remove(ablationId);
}
