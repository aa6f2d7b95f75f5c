import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { SafetensorsFile } from "../../../../models/weights/safetensors.ts";
import { writeSafetensors } from "../../../../models/weights/write-safetensors.ts";

const folder = mkdtempSync(join(tmpdir(), "fovea-safetensors-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;

/** Writes a file with the given header and number of data bytes; `length` overrides the header's length. */
function fileWith(header: unknown, dataBytes: number, length?: bigint): string {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(length ?? BigInt(json.length));
  const path = join(folder, `case-${(files += 1)}.safetensors`);
  writeFileSync(path, Buffer.concat([start, json, Buffer.alloc(dataBytes, 1)]));
  return path;
}

const f32 = (shape: number[], begin: number, end: number) => ({
  dtype: "F32",
  shape,
  data_offsets: [begin, end],
});

test("what was written is read back, in any order", () => {
  const path = join(folder, "written.safetensors");
  writeSafetensors(path, [
    { name: "b", dtype: "F32", shape: [2, 3], values: () => Float32Array.of(1, 2, 3, 5, 7, 11) },
    { name: "count", dtype: "I64", shape: [], values: () => BigInt64Array.of(13n) },
    { name: "a", dtype: "F32", shape: [0, 4], values: () => new Float32Array(0) },
  ]);
  using file = new SafetensorsFile(path);
  expect([...file.entries.keys()].sort()).toEqual(["a", "b", "count"]);
  expect([...file.read("b")]).toEqual([1, 2, 3, 5, 7, 11]);
  expect(file.read("a")).toHaveLength(0);
  expect(file.entries.get("b")!.shape).toEqual([2, 3]);
});

test("half precision, brain floats and doubles are converted", () => {
  const path = join(folder, "types.safetensors");
  const header = Buffer.from(
    JSON.stringify({
      half: { dtype: "F16", shape: [4], data_offsets: [0, 8] },
      brain: { dtype: "BF16", shape: [2], data_offsets: [8, 12] },
      double: { dtype: "F64", shape: [1], data_offsets: [12, 20] },
    }),
  );
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(header.length));
  const data = Buffer.alloc(20);
  for (const [index, bits] of [0x3e00, 0xc100, 0x0001, 0x7c00].entries())
    data.writeUInt16LE(bits, index * 2);
  data.writeUInt16LE(0x4049, 8); // 3.140625
  data.writeUInt16LE(0xbf80, 10); // -1
  data.writeDoubleLE(-2.75, 12);
  writeFileSync(path, Buffer.concat([start, header, data]));
  using file = new SafetensorsFile(path);
  expect([...file.read("half")]).toEqual([1.5, -2.5, 2 ** -24, Infinity]);
  expect([...file.read("brain")]).toEqual([3.140625, -1]);
  expect([...file.read("double")]).toEqual([-2.75]);
});

test("integers are refused as weights, with the tensor's name", () => {
  const path = fileWith({ steps: { dtype: "I64", shape: [2], data_offsets: [0, 16] } }, 16);
  using file = new SafetensorsFile(path);
  expect(() => file.read("steps")).toThrow(/"steps" is of type I64/);
});

const hostile: [string, unknown, number, RegExp, bigint?][] = [
  ["a header longer than the file", {}, 5, /names a header of 1152921504606846976 bytes/, 2n ** 60n],
  ["a header that is not JSON", "{nonsense", 0, /not JSON/],
  ["a header that is a list", "[1,2]", 0, /not a JSON object/],
  ["an unknown type", { w: { dtype: "F7", shape: [1], data_offsets: [0, 4] } }, 4, /"w" has the unknown type "F7"/],
  ["a type that is a property of every object", { w: { dtype: "toString", shape: [1], data_offsets: [0, 4] } }, 4, /unknown type/],
  ["a negative size", { w: f32([-1], 0, 4) }, 4, /"w" has a shape/],
  ["a fractional size", { w: f32([1.5], 0, 6) }, 6, /"w" has a shape/],
  ["too many sizes", { w: f32([1, 1, 1, 1, 1, 1, 1, 1, 1], 0, 4) }, 4, /"w" has a shape/],
  ["sizes whose product overflows", { w: f32([2 ** 40, 2 ** 40], 0, 4) }, 4, /"w" of type F32 .* needs/],
  ["an end after the file's", { w: f32([8], 0, 32) }, 16, /"w" lies at bytes 0 to 32, but the data has 16/],
  ["an end before its beginning", { w: f32([1], 8, 4) }, 16, /"w" lies at bytes 8 to 4/],
  ["a size that contradicts the shape", { w: f32([3], 0, 16) }, 16, /needs 12 bytes but has 16/],
  ["overlapping tensors", { u: f32([2], 0, 8), w: f32([2], 4, 12) }, 12, /"w" overlaps/],
  ["a gap between tensors", { u: f32([1], 0, 4), w: f32([1], 8, 12) }, 12, /bytes 4 to 8 belong to no tensor/],
  ["bytes after the last tensor", { w: f32([1], 0, 4) }, 12, /last 8 bytes/],
  ["an entry that is null", { w: null }, 0, /"w" has the unknown type/],
]; // prettier-ignore

test.each(hostile)(
  "%s is refused, with the file's name",
  (_name, header, bytes, problem, length) => {
    const path = fileWith(header, bytes, length);
    expect(() => new SafetensorsFile(path)).toThrow(problem);
    expect(() => new SafetensorsFile(path)).toThrow(path);
  },
);

test("an empty file and a missing file are refused", () => {
  const path = join(folder, "empty.safetensors");
  writeFileSync(path, "");
  expect(() => new SafetensorsFile(path)).toThrow(/has 0 bytes/);
  expect(() => new SafetensorsFile(join(folder, "absent"))).toThrow(/cannot be opened/);
});

test("a write that fails leaves no file behind and the old one as it was", () => {
  const inner = mkdtempSync(join(folder, "write-"));
  const path = join(inner, "model.safetensors");
  writeFileSync(path, "before");
  const broken = { name: "w", dtype: "F32", shape: [3], values: () => Float32Array.of(1) } as const;
  expect(() => writeSafetensors(path, [broken])).toThrow(/could not be written: w has 1 values/);
  expect(readdirSync(inner)).toEqual(["model.safetensors"]);
});
