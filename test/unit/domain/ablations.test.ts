import { expect, test } from "vitest";
import { trainingSettings } from "../../../shared/api/training-settings.ts";
import { ablationPresets } from "../../../shared/domain/ablations.ts";
import { withSetting } from "../../../shared/domain/training-values.ts";
import { paperPreset, type TrainingSettings } from "../../../shared/domain/training.ts";

const variantOf = (preset: string, name: string) =>
  ablationPresets
    .find(({ id }) => id === preset)!
    .variants.find((variant) => variant.name === name)!;

function changed(preset: string, name: string): TrainingSettings {
  let settings: TrainingSettings = paperPreset;
  for (const [key, value] of Object.entries(variantOf(preset, name).set))
    settings = withSetting(settings, key, value);
  return settings;
}

test("each row of the paper's tables stands beside its printed numbers", () => {
  expect(variantOf("parts", "ST + SR").published).toEqual({
    AP: 31.8,
    AP50: 62.1,
    APs: 22.8,
    APm: 49.5,
    APl: 59.8,
  });
  expect(variantOf("beta", "β = 0.3").published).toEqual({ AP: 30.4 });
  expect(variantOf("theta", "θ = 9").published).toEqual({ AP: 31.7 });
  expect(variantOf("gamma", "γ = 1.75, α = 0.25").published).toEqual({ AP: 30.8 });
  expect(variantOf("eta", "2.0, 1.6, 1.4, 1.2, 1.1, 1.0").published).toEqual({ AP: 32 });
  const without = ablationPresets.flatMap(({ variants }) =>
    variants.filter(({ published }) => published === null).map(({ name }) => name),
  );
  expect(without).toEqual(["none of them"]);
});

test("a row's settings are what it names, and the schema takes them", () => {
  for (const { id, variants } of ablationPresets)
    for (const { name } of variants)
      expect(trainingSettings.safeParse(changed(id, name)).success).toBe(true);
  expect(changed("parts", "SPR")).toMatchObject({
    samplePoints: { eta: [1.5, 1.3, 1.2, 1.1, 1.05, 1] },
    scaleAlignedTarget: null,
    reweighting: null,
  });
  expect(changed("beta", "β = 0.9").scaleAlignedTarget).toEqual({ beta: 0.9, theta: 6 });
  expect(changed("gamma", "γ = 1.75, α = 0.25").reweighting).toEqual({
    variant: "paper",
    alpha: 0.25,
    gamma: 1.75,
  });
});
