import { describe, expect, test } from "vitest";
import type { LocationQuery } from "vue-router";
import {
  draftOfQuery,
  faultsOf,
  newDraft,
  planOf,
  queryOfDraft,
  withPreset,
  type TrainingDraft,
} from "../../../renderer/components/training/training-draft.ts";
import { settingDifferences } from "../../../renderer/components/training/setting-differences.ts";
import { columnsOf, seedsOf } from "../../../renderer/components/training/ablation-words.ts";
import { withSetting, withSettings } from "../../../shared/domain/training-values.ts";
import { trainingPresets } from "../../../shared/domain/training.ts";

const { tiny, paper, "fine-tune": fineTune } = trainingPresets;
const nothing = { datasetId: null, modelId: null };

const draft: TrainingDraft = {
  name: "Night, second try",
  datasetId: 4,
  validation: { kind: "dataset", datasetId: 9 },
  start: { kind: "scratch", architecture: "r18" },
  preset: "tiny",
  settings: withSettings(tiny, [
    ["reweighting", null],
    ["tile.size", 640],
    ["scales", [0.5, 1]],
    ["optimizer.clipNorm", null],
    ["samplePoints.mode", "boundary"],
  ]),
};

describe("the draft in the address", () => {
  test("comes back as it was", () => {
    const query = queryOfDraft(draft) as LocationQuery;
    expect(draftOfQuery(query, nothing)).toEqual(draft);
  });

  test("names only what differs from the preset", () => {
    const plain = { ...newDraft("paper", 2, 7), validation: { kind: "none" } as const };
    expect(queryOfDraft(plain)).toEqual({
      preset: "paper",
      dataset: "2",
      validation: "none",
      start: "model:7",
    });
  });

  test("takes what it can read and leaves the rest", () => {
    const query = {
      preset: "huge",
      dataset: "x",
      validation: "share:3",
      start: "new:r999",
      set: ["epochs=5", "nonsense=1", "seed=[", "tile=7", "reweighting=null"],
    };
    const read = draftOfQuery(query, { datasetId: 3, modelId: 8 });
    expect(read).toEqual({
      ...newDraft("fine-tune", 3, 8),
      settings: withSettings(fineTune, [
        ["epochs", 5],
        ["reweighting", null],
      ]),
    });
  });

  test("is tiny from scratch in a project without a checkpoint", () => {
    expect(draftOfQuery({}, { datasetId: 3, modelId: null })).toEqual(newDraft("tiny", 3, null));
  });
});

test("another preset keeps what was changed by hand", () => {
  const changed = withPreset(
    { ...newDraft("tiny", 1, 5), settings: withSetting(tiny, "seed", 77) },
    "fine-tune",
    5,
  );
  expect(changed.settings).toEqual(withSetting(fineTune, "seed", 77));
  expect(changed.start).toEqual({ kind: "model", modelId: 5 });
});

describe("a plan", () => {
  test("says what is missing", () => {
    expect(planOf({ ...draft, datasetId: null })).toBe("dataset");
    expect(planOf({ ...draft, start: null })).toBe("model");
    expect(planOf({ ...draft, settings: withSetting(tiny, "epochs", 0) })).toBeNull();
  });

  test("is what the main side takes, without an empty name", () => {
    const { name: _name, ...rest } = draft;
    expect(planOf({ ...draft, name: "  " })).toEqual(rest);
  });

  test("cannot have tiles that overlap by all of their size", () => {
    const settings = withSettings(tiny, [
      ["tile.size", 320],
      ["tile.overlap", 320],
    ]);
    expect([...faultsOf(settings)]).toEqual([["tile.overlap", { kind: "overlap" }]]);
  });
});

describe("settings that differ", () => {
  test("are one row for a part that some have off, compared among those that have it", () => {
    const rows = settingDifferences([
      withSetting(paper, "reweighting", null),
      paper,
      withSettings(paper, [
        ["reweighting.alpha", 0.75],
        ["epochs", 6],
      ]),
    ]);
    expect(rows.map(({ key, values }) => [key, values])).toEqual([
      ["reweighting", ["off", "on", "on"]],
      ["epochs", ["72", "72", "6"]],
      ["reweighting.alpha", ["off", "0.5", "0.75"]],
    ]);
  });

  test("are none between equals", () => {
    expect(settingDifferences([paper, { ...paper }])).toEqual([]);
  });
});

describe("an ablation", () => {
  test("takes seeds that are whole numbers, each once", () => {
    expect(seedsOf("1, 20 ,3")).toEqual([1, 20, 3]);
    for (const text of ["", "1,", "1,1", "-2", "1.5", "4294967296", "a"]) {
      expect(seedsOf(text), text).toBeNull();
    }
  });

  test("shows the buckets that some row has a value for", () => {
    const row = { name: "ST", published: { AP: 29.9, APs: 20.5 }, trainings: [], deviation: null };
    expect(
      columnsOf([
        { ...row, ap: { all: 0.2, rS: null, N: 0.4 }, ap50: 0.5 },
        { ...row, published: null, ap: null, ap50: null },
      ]),
    ).toEqual({ measured: ["all", "N"], hasAp50: true, published: ["AP", "APs"] });
  });
});
