import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

const root = join(import.meta.dirname, "..", "..");

export interface SourceFile {
  /** From the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every file below some folders of the project whose name ends in one of the endings. */
export function sourceFiles(folders: readonly string[], endings: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
      .map((entry) => {
        const full = join(entry.parentPath, entry.name);
        return {
          path: full.slice(root.length + 1).replaceAll("\\", "/"),
          text: readFileSync(full, "utf8"),
        };
      }),
  );
}

export interface Import {
  /** As written. */
  readonly specifier: string;
  /** From the project's root for relative ones; else as written. */
  readonly target: string;
  /** True for `import type` and `export type`, which leave nothing at run time. */
  readonly typeOnly: boolean;
}

/** What a file imports or re-exports, statically or not. */
export function importsOf({ path, text }: SourceFile): Import[] {
  const pattern =
    /(?:\b(import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?|\b(?:import|require)\s*\(\s*)["']([^"'\n]+)["']/g;
  return [...text.matchAll(pattern)].map(([, , type, specifier]) => ({
    specifier: specifier!,
    target: specifier!.startsWith(".") ? posix.join(posix.dirname(path), specifier!) : specifier!,
    typeOnly: type !== undefined,
  }));
}
