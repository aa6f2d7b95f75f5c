import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readCheckpoint, writeCheckpoint } from "../../../../models/rtdetr/checkpoint.ts";
import { SafetensorsFile } from "../../../../models/weights/safetensors.ts";
import { writeSafetensors } from "../../../../models/weights/write-safetensors.ts";

const golden = join(import.meta.dirname, "../../../fixtures/models/golden/tiny-basic");
const root = mkdtempSync(join(tmpdir(), "fovea-checkpoint-"));
afterAll(() => rmSync(root, { recursive: true }));

const newFolder = (): string => mkdtempSync(join(root, "model-"));
const random = (): number => 0.375;

/** A copy of the golden model with its tensors renamed or left out, and its configuration changed. */
function variant(rename: (name: string) => string | null, config: object = {}): string {
  const folder = newFolder();
  using file = new SafetensorsFile(join(golden, "model.safetensors"));
  const kept = [...file.entries.values()].filter(({ dtype }) => dtype === "F32");
  writeSafetensors(
    join(folder, "model.safetensors"),
    kept
      .map(({ name, shape }) => ({ name: rename(name), original: name, shape }))
      .filter((entry): entry is typeof entry & { name: string } => entry.name !== null)
      .map(({ name, original, shape }) => ({
        name,
        shape,
        dtype: "F32",
        values: () => file.read(original),
      })),
  );
  const json = JSON.parse(readFileSync(join(golden, "config.json"), "utf8")) as object;
  writeFileSync(join(folder, "config.json"), JSON.stringify({ ...json, ...config }));
  return folder;
}

test("a checkpoint that was read and written again is the same, byte for byte in every tensor", () => {
  const { config, values } = readCheckpoint(golden);
  const folder = newFolder();
  writeCheckpoint(folder, config, ({ name }) => values.get(name)!);
  using before = new SafetensorsFile(join(golden, "model.safetensors"));
  using after = new SafetensorsFile(join(folder, "model.safetensors"));
  expect([...after.entries.keys()].sort()).toEqual([...before.entries.keys()].sort());
  for (const { name, shape, dtype } of before.entries.values()) {
    expect(after.entries.get(name)).toMatchObject({ shape, dtype });
    if (dtype === "F32") expect(after.read(name)).toEqual(before.read(name));
  }
  expect(readCheckpoint(folder).values).toEqual(values);
});

test("newer module names and repeated heads are accepted", () => {
  const folder = variant((name) =>
    name
      .replace("model.encoder.encoder.", "model.encoder.aifi.")
      .replace(/(aifi\.\d+|decoder)(\.layers\.\d+)\.(fc[12])/, "$1$2.mlp.$3")
      .replace("self_attn.out_proj", "self_attn.o_proj")
      .replace(/^model\.decoder\.(class_embed|bbox_embed)/, "$1"),
  );
  expect(readCheckpoint(folder).values).toEqual(readCheckpoint(golden).values);
  expect(readCheckpoint(folder).notes).toEqual([]);
});

test("heads for other classes are replaced, and a note says so", () => {
  const labels = ["car", "van", "bus"];
  const { config, values, notes } = readCheckpoint(golden, { labels, random });
  expect(config.labels).toEqual(labels);
  expect(values.get("model.decoder.class_embed.1.weight")).toHaveLength(3 * 32);
  expect(values.get("model.enc_score_head.bias")![0]).toBeCloseTo(Math.log(1 / 3), 5);
  expect(values.get("model.denoising_class_embed.weight")).toHaveLength(4 * 32);
  expect(values.get("model.enc_output.0.weight")).toEqual(
    readCheckpoint(golden).values.get("model.enc_output.0.weight"),
  );
  expect(notes).toEqual([
    expect.stringMatching(/know 5 classes \(.*\); .*those of .*bus.* are untrained/),
  ]);
});

test("a class takes over the head of its name, wherever it stood; the others are untrained", () => {
  const before = readCheckpoint(golden);
  const [first, , third, , last] = before.config.labels as [string, string, string, string, string];
  // As many classes as before: their number alone says nothing.
  const labels = [last, "new", ` ${first.toUpperCase()}`, "other", third];
  const { config, values, notes } = readCheckpoint(golden, { labels, random });
  expect(config.labels).toEqual(labels);
  const rowsOf = (of: ReadonlyMap<string, Float32Array>, name: string, count: number) => {
    const all = of.get(name)!;
    const width = all.length / count;
    return Array.from({ length: count }, (_, k) => [...all.subarray(k * width, (k + 1) * width)]);
  };
  for (const [name, count] of [
    ["model.decoder.class_embed.1.weight", 5],
    ["model.enc_score_head.bias", 5],
    ["model.denoising_class_embed.weight", 6],
  ] as const) {
    const [was, now] = [rowsOf(before.values, name, count), rowsOf(values, name, count)];
    expect([now[0], now[2], now[4]]).toEqual([was[4], was[0], was[2]]);
    for (const row of was) expect(now[1]).not.toEqual(row);
    if (count === 6) expect(now[5]).toEqual(was[5]);
  }
  expect(notes).toEqual([expect.stringMatching(/taken over, those of new, other are untrained/)]);
});

test("the same classes are read as they are, without a word", () => {
  const before = readCheckpoint(golden);
  const { labels } = before.config;
  const { values, notes } = readCheckpoint(golden, { labels, random });
  expect(values).toEqual(before.values);
  expect(notes).toEqual([]);
});

test("weights for other classes than the configuration's are refused", () => {
  const folder = variant((name) => name, { id2label: { 0: "car", 1: "van" } });
  expect(() => readCheckpoint(folder)).toThrow(/weights are for 5 classes but config.json names 2/);
});

test("missing tensors are named", () => {
  const folder = variant((name) => (name.includes("enc_output.1") ? null : name));
  expect(() => readCheckpoint(folder)).toThrow(
    /lacks 2 of the \d+ tensors.*model.enc_output.1.weight/,
  );
});

test("a configuration of another size is refused with the tensor that does not fit", () => {
  const folder = variant((name) => name, { decoder_ffn_dim: 96 });
  expect(() => readCheckpoint(folder)).toThrow(
    /"model.decoder.layers.0.fc1.weight" has shape \[64,32\], expected \[96,32\]/,
  );
});

test("unknown tensors are left out with a note", () => {
  const folder = variant((name) => name.replace("model.denoising_class_embed", "spare"));
  expect(() => readCheckpoint(folder)).toThrow(/lacks 1 of/);
  const more = newFolder();
  const { config, values } = readCheckpoint(golden);
  writeCheckpoint(more, config, ({ name }) => values.get(name)!);
  using file = new SafetensorsFile(join(more, "model.safetensors"));
  const tensors = [...file.entries.values()].filter(({ dtype }) => dtype === "F32");
  writeSafetensors(join(more, "model.safetensors"), [
    ...tensors.map(({ name, shape }) => ({
      name,
      shape,
      dtype: "F32" as const,
      values: () => file.read(name),
    })),
    { name: "ema.decay", dtype: "F32", shape: [1], values: () => Float32Array.of(0.5) },
  ]);
  expect(readCheckpoint(more).notes).toEqual([expect.stringContaining("for example ema.decay")]);
});

test("a configuration without weights says what is missing", () => {
  const folder = newFolder();
  copyFileSync(join(golden, "config.json"), join(folder, "config.json"));
  expect(() => readCheckpoint(folder)).toThrow(/has no model.safetensors/);
  writeFileSync(join(folder, "pytorch_model.bin"), "");
  expect(() => readCheckpoint(folder)).toThrow(/pytorch_model.bin, which cannot be read/);
  expect(() => readCheckpoint(newFolder())).toThrow(/A model is a folder with config.json/);
});
