import { describe, expect, test } from "vitest";
import { trainingSettings } from "../../../shared/api/training-settings.ts";
import { settingKeys, type SettingKey } from "../../../shared/domain/training-fields.ts";
import {
  faultOf,
  nearestPreset,
  settingAt,
  settingChanges,
  settingParts,
  sourceOf,
  withSetting,
  withSettings,
} from "../../../shared/domain/training-values.ts";
import { trainingPresets, type TrainingPreset } from "../../../shared/domain/training.ts";

const { paper, tiny, "fine-tune": fineTune } = trainingPresets;
const presets = Object.keys(trainingPresets) as TrainingPreset[];

/** Dotted keys of every value that is no record. */
function leavesOf(value: unknown, path: readonly string[] = []): readonly string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [path.join(".")];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

describe("the table of settings", () => {
  test("has one row for each setting there is", () => {
    const everything = withSetting(paper, "tile", true);
    expect([...settingKeys].sort()).toEqual([...leavesOf(everything)].sort());
  });

  test.each(presets)("allows every value of the preset %s", (preset) => {
    const values = settingKeys.flatMap((key) => {
      const value = settingAt(trainingPresets[preset], key);
      return value === undefined ? [] : [[key, faultOf(key, value)]];
    });
    expect(values.length).toBeGreaterThan(30);
    expect(values.filter(([, fault]) => fault !== null)).toEqual([]);
  });

  test("says of a preset's own value that it is no value of the paper", () => {
    expect(sourceOf("epochs", "paper").from).toBe("paper");
    expect(sourceOf("epochs", "tiny").from).toBe("own");
    expect(sourceOf("scaleAlignedTarget.beta", "tiny").from).toBe("paper");
  });
});

describe("a setting by its key", () => {
  test("is changed without touching the rest", () => {
    const changed = withSetting(tiny, "optimizer.baseRate", 0.003);
    expect(changed.optimizer).toEqual({ ...tiny.optimizer, baseRate: 0.003 });
    expect({ ...changed, optimizer: tiny.optimizer }).toEqual(tiny);
  });

  test("switches its part on where that is off", () => {
    const off = withSetting(tiny, "reweighting", null);
    expect(off.reweighting).toBeNull();
    expect(withSetting(off, "reweighting.alpha", 0.25).reweighting).toEqual({
      variant: "stable",
      alpha: 0.25,
      gamma: 1.5,
    });
    expect(withSetting(tiny, "tile.size", 640).tile).toEqual({ size: 640, overlap: 150 });
  });

  test("is refused by name where there is none", () => {
    expect(() => withSetting(tiny, "optimizer.speed", 3)).toThrow(/optimizer\.speed/);
  });

  test("keeps the settings valid for the main side", () => {
    const changed = withSettings(paper, [
      ["tile", true],
      ["samplePoints", null],
      ["optimizer.clipNorm", null],
    ]);
    expect(trainingSettings.parse(changed)).toEqual(changed);
  });
});

describe("what was changed from a preset", () => {
  test("is the least that leads from one to the other", () => {
    const to = withSettings(fineTune, [
      ["scaleAlignedTarget", null],
      ["tile.overlap", 99],
      ["epochs", 5],
      ["seed", fineTune.seed],
    ]);
    const changes = settingChanges(fineTune, to);
    expect(changes).toEqual([
      ["scaleAlignedTarget", null],
      ["tile", true],
      ["epochs", 5],
      ["tile.overlap", 99],
    ]);
    expect(withSettings(fineTune, changes)).toEqual(to);
  });

  test("is counted from the preset that is nearest", () => {
    expect(
      nearestPreset(
        withSettings(tiny, [
          ["epochs", 3],
          ["tile", true],
        ]),
      ),
    ).toBe("tiny");
    expect(nearestPreset(withSetting(fineTune, "samplePoints", null))).toBe("fine-tune");
  });

  test("is nothing between equals", () => {
    expect(settingChanges(paper, structuredClone(paper))).toEqual([]);
  });
});

test.each<[SettingKey, unknown, string | null]>([
  ["input.width", 100, "step"],
  ["input.width", 16, "range"],
  ["epochs", 2.5, "whole"],
  ["optimizer.baseRate", 0, "above"],
  ["optimizer.clipNorm", null, null],
  ["optimizer.weightDecay", null, "missing"],
  ["scales", [], "count"],
  ["scales", [1, 7], "range"],
  ["norms", "some", "choice"],
  ["scaleAlignedTarget.beta", 0.73, null],
])("%s refuses what it may not be: %j", (key, value, kind) => {
  expect(faultOf(key, value)?.kind ?? null).toBe(kind);
});

test("parts that can be off are null in some settings and filled by their defaults", () => {
  for (const part of settingParts) {
    expect(trainingSettings.safeParse(withSetting(paper, part, null)).success).toBe(true);
    expect(withSetting(withSetting(paper, part, null), part, true)[part]).not.toBeNull();
  }
});
