import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder of the program itself: the nearest one upwards that holds package.json. */
export const programFolder = findUpwards(import.meta.dirname);

/** As in package.json. */
export const version = (
  JSON.parse(readFileSync(join(programFolder, "package.json"), "utf8")) as { version: string }
).version;

function findUpwards(folder: string): string {
  if (existsSync(join(folder, "package.json"))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`package.json was not found above ${import.meta.dirname}`);
  return findUpwards(parent);
}
