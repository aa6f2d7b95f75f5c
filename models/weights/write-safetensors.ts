import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { AppError } from "../../shared/domain/app-error.ts";

export interface TensorToWrite {
  readonly name: string;
  readonly dtype: "F32" | "I64";
  readonly shape: readonly number[];
  /** Called once, when its turn comes, so that not all values are in memory at once. */
  readonly values: () => Float32Array | BigInt64Array;
}

/**
 * Writes tensors in the given order. The file appears whole or not at all.
 * Throws `weights/write-failed` with the reason, a full disk included.
 */
export function writeSafetensors(path: string, tensors: readonly TensorToWrite[]): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, "w");
    try {
      writeAll(file, header(tensors));
      for (const tensor of tensors) writeAll(file, bytesOf(tensor));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new AppError(
      "weights/write-failed",
      `${path} could not be written: ${(error as Error).message}. What was there before is unchanged; make room or choose another folder.`,
    );
  }
}

function header(tensors: readonly TensorToWrite[]): Buffer {
  // Readers of other programs ask for this mark before they load a file.
  const fields: Record<string, unknown> = { __metadata__: { format: "pt" } };
  let position = 0;
  for (const { name, dtype, shape } of tensors) {
    const begin = position;
    position += shape.reduce((product, size) => product * size, 1) * (dtype === "F32" ? 4 : 8);
    fields[name] = { dtype, shape, data_offsets: [begin, position] };
  }
  const json = Buffer.from(JSON.stringify(fields));
  const padding = (8 - (json.length % 8)) % 8;
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length + padding));
  return Buffer.concat([length, json, Buffer.alloc(padding, " ")]);
}

function bytesOf({ name, shape, values }: TensorToWrite): Uint8Array {
  const array = values();
  const size = shape.reduce((product, length) => product * length, 1);
  if (array.length !== size)
    throw new Error(`${name} has ${array.length} values for shape [${shape.join()}]`);
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function writeAll(file: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(file, bytes, done);
}
