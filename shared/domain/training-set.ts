/** Changes single settings of a training by their dotted names, as the command line and ablations do. */
import { AppError } from "./app-error.ts";
import { paperPreset, type TrainingSettings } from "./training.ts";

/** What a part that is off begins with once one of its settings is set. */
const whole: TrainingSettings = { ...paperPreset, tile: { size: 800, overlap: 150 } };

type Tree = Readonly<Record<string, unknown>>;

/**
 * `set` has values by dotted names: `scaleAlignedTarget.beta` 0.73, `samplePoints` null. The result still has to be
 * checked against the schema. Throws `training/setting`, naming what there is, for an unknown name.
 */
export function withSettings(
  settings: TrainingSettings,
  set: Readonly<Record<string, unknown>>,
): TrainingSettings {
  let changed: Tree = { ...settings };
  for (const [name, value] of Object.entries(set))
    changed = placed(changed, whole as unknown as Tree, name.split("."), value, name, "");
  return changed as unknown as TrainingSettings;
}

function placed(
  tree: Tree,
  known: Tree,
  [key = "", ...rest]: readonly string[],
  value: unknown,
  name: string,
  above: string,
): Tree {
  if (!Object.hasOwn(known, key)) {
    const keys = Object.keys(known).map((one) => above + one);
    throw new AppError(
      "training/setting",
      `There is no setting "${name}". ${above === "" ? "Settings are" : "Here are"} ${keys.join(", ")}.`,
    );
  }
  if (rest.length === 0) return { ...tree, [key]: value };
  const below = known[key];
  if (!isTree(below))
    throw new AppError(
      "training/setting",
      `There is no setting "${name}": "${above + key}" has no parts. Set it as a whole.`,
    );
  const now = isTree(tree[key]) ? tree[key] : below;
  return { ...tree, [key]: placed(now, below, rest, value, name, `${above}${key}.`) };
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
