import { expect, test } from "vitest";
import { parseRtdetrConfig, toConfigText } from "../../../../models/rtdetr/config.ts";
import { parameterTable } from "../../../../models/rtdetr/parameter-table.ts";
import { presetConfig, type RtdetrPreset } from "../../../../models/rtdetr/presets.ts";

const parse = (json: unknown) => parseRtdetrConfig(json, "config.json");
const labels = Array.from({ length: 80 }, (_, index) => `class ${index}`);

/** Trained numbers of a model, batch norms of the backbone left out. */
function trainedCount(preset: RtdetrPreset): number {
  return parameterTable(presetConfig(preset, labels))
    .filter(({ trained }) => trained)
    .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
}

test("an empty configuration is the published r50 with 80 classes", () => {
  const config = parse({});
  expect(config.backbone_config.depths).toEqual([3, 4, 6, 3]);
  expect(config.decoder_layers).toBe(6);
  expect(config.labels).toHaveLength(80);
  expect(config.encoder_activation_function).toBe("gelu");
});

test("published sizes have their published numbers of parameters", () => {
  expect(trainedCount("r50")).toBe(42_891_372);
  expect(trainedCount("r18")).toBe(20_174_608);
});

test("class names come in the order of their numbers", () => {
  expect(parse({ id2label: { 1: "van", 0: "car" } }).labels).toEqual(["car", "van"]);
});

test("a configuration is written back with its unknown keys", () => {
  const json = { decoder_layers: 2, id2label: { 0: "car", 1: "van" }, torch_dtype: "float32" };
  const written: unknown = JSON.parse(toConfigText(parse(json)));
  expect(written).toMatchObject({ ...json, label2id: { car: 0, van: 1 }, model_type: "rt_detr" });
  expect(parse(written)).toEqual({ ...parse(json), rest: expect.anything() as unknown });
});

test("fractions are written as such where they are whole, as strict readers want them", () => {
  const text = toConfigText(
    parse({ box_noise_scale: 1, label_noise_ratio: 0.25, num_queries: 20 }),
  );
  expect(text).toContain('"box_noise_scale": 1.0,\n');
  expect(text).toContain('"label_noise_ratio": 0.25,\n');
  expect(text).toContain('"num_queries": 20,\n');
});

test.each([
  [{ decoder_layers: "six" }, /decoder_layers is not usable/],
  [{ num_queries: 1e9 }, /num_queries is not usable/],
  [{ model_type: "detr" }, /of type "detr"; only "rt_detr"/],
  [{ id2label: { 0: "car", 2: "van" } }, /without gaps/],
  [{ encoder_in_channels: [128, 256, 512] }, /encoder_in_channels is \[128,256,512\]/],
  [{ eval_size: [640, 640] }, /eval_size is set/],
  [{ d_model: 250 }, /d_model must be a multiple/],
  ["text", /the file is not usable/],
  [null, /the file is not usable/],
])("%j is refused with the key that is wrong", (json, problem) => {
  expect(() => parse(json)).toThrow(problem);
});
