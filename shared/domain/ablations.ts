/** The paper's ablations as grids of settings, beside the numbers it prints. */
import type { AblationPreset, AblationVariant } from "../api/training.ts";
import { publishedTables } from "./published.ts";

type Settings = AblationVariant["set"];

/** Setting one of its values switches a part on and leaves the rest of it as it is. */
const on = {
  samplePoints: { "samplePoints.eta": [1.5, 1.3, 1.2, 1.1, 1.05, 1.0] },
  scaleAlignedTarget: { "scaleAlignedTarget.beta": 0.73, "scaleAlignedTarget.theta": 6 },
  reweighting: { "reweighting.alpha": 0.5, "reweighting.gamma": 1.5 },
} as const satisfies Readonly<Record<string, Settings>>;

type Part = keyof typeof on;

/** These parts on with the paper's values, the others off. */
function only(...parts: readonly Part[]): Settings {
  const all: Record<string, unknown> = {};
  for (const part of Object.keys(on) as Part[]) {
    if (parts.includes(part)) Object.assign(all, on[part]);
    else all[part] = null;
  }
  return all;
}

const everything = only("samplePoints", "scaleAlignedTarget", "reweighting");

/** Each row of a published table by its name, with what it takes to train it. */
function preset(
  id: string,
  tableId: string,
  rows: readonly (readonly [method: string, set: Settings])[],
): AblationPreset {
  const table = publishedTables.find((one) => one.id === tableId)!;
  return {
    id,
    title: table.title,
    source: `${table.rows[0]!.source}, ${table.title}`,
    variants: rows.map(([name, set]) => ({
      name,
      set,
      published: table.rows.find(({ method }) => method === name)?.metrics ?? null,
    })),
  };
}

const withBeta = (beta: number): Settings => ({
  ...everything,
  "scaleAlignedTarget.beta": beta,
});
const withTheta = (theta: number): Settings => ({
  ...everything,
  "scaleAlignedTarget.theta": theta,
});
const withFocal = (gamma: number, alpha: number): Settings => ({
  ...everything,
  "reweighting.gamma": gamma,
  "reweighting.alpha": alpha,
});
const withEta = (...eta: readonly number[]): Settings => ({
  ...everything,
  "samplePoints.eta": eta,
});

/** The table of other label assigners needs detectors that are not here. */
export const ablationPresets: readonly AblationPreset[] = [
  preset("parts", "ablation-parts", [
    // The table of parts has no such row.
    ["none of them", only()],
    ["ST", only("scaleAlignedTarget")],
    ["SR", only("reweighting")],
    ["SPR", only("samplePoints")],
    ["ST + SR", only("scaleAlignedTarget", "reweighting")],
    ["SPR + ST + SR", everything],
  ]),
  preset("beta", "ablation-beta", [
    ["β = 0.3", withBeta(0.3)],
    ["β = 0.5", withBeta(0.5)],
    ["β = 0.73", withBeta(0.73)],
    ["β = 0.9", withBeta(0.9)],
  ]),
  preset("theta", "ablation-theta", [
    ["θ = 1.5", withTheta(1.5)],
    ["θ = 3", withTheta(3)],
    ["θ = 6", withTheta(6)],
    ["θ = 9", withTheta(9)],
  ]),
  preset("gamma", "ablation-gamma", [
    ["γ = 1.5, α = 0.25", withFocal(1.5, 0.25)],
    ["γ = 1.5, α = 0.5", withFocal(1.5, 0.5)],
    ["γ = 1.5, α = 0.75", withFocal(1.5, 0.75)],
    ["γ = 1.75, α = 0.25", withFocal(1.75, 0.25)],
    ["γ = 1.75, α = 0.5", withFocal(1.75, 0.5)],
    ["γ = 1.75, α = 0.75", withFocal(1.75, 0.75)],
  ]),
  preset("eta", "ablation-eta", [
    ["1.5, 1.4, 1.3, 1.2, 1.1, 1.0", withEta(1.5, 1.4, 1.3, 1.2, 1.1, 1.0)],
    ["1.5, 1.3, 1.2, 1.1, 1.05, 1.0", withEta(1.5, 1.3, 1.2, 1.1, 1.05, 1.0)],
    ["2.0, 1.8, 1.6, 1.4, 1.2, 1.0", withEta(2.0, 1.8, 1.6, 1.4, 1.2, 1.0)],
    ["2.0, 1.6, 1.4, 1.2, 1.1, 1.0", withEta(2.0, 1.6, 1.4, 1.2, 1.1, 1.0)],
  ]),
];
