import { copyFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { AppError } from "../../shared/domain/app-error.ts";

export type Db = Database.Database;

const migrationsFolder = join(import.meta.dirname, "migrations");

interface Migration {
  readonly version: number;
  readonly file: string;
}

function migrations(): readonly Migration[] {
  return readdirSync(migrationsFolder)
    .filter((file) => file.endsWith(".sql"))
    .sort()
    .map((file) => ({ version: Number.parseInt(file, 10), file }));
}

/**
 * Opens a project's database, making or migrating it where needed. WAL, foreign keys on.
 * Before the first migration of an existing file a copy is kept beside it (`.v<version>.bak`).
 * Throws `project/too-new` for a file of a later Fovea, `project/not-a-database` for anything else.
 */
export function openDatabase(path: string): Db {
  const existed = existsSync(path);
  const db = new Database(path);
  try {
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = NORMAL");
    db.pragma("foreign_keys = ON");
    db.pragma("busy_timeout = 5000");
    migrate(db, path, existed);
    return db;
  } catch (error) {
    db.close();
    if (error instanceof AppError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError(
      "project/not-a-database",
      `${path} could not be opened as a Fovea project (${reason}). Restore it from a backup or open another project.`,
    );
  }
}

/** A second connection that only reads; for workers. The file must have been opened and migrated before. */
export function openReadOnly(path: string): Db {
  const db = new Database(path, { readonly: true, fileMustExist: true });
  db.pragma("busy_timeout = 5000");
  return db;
}

function migrate(db: Db, path: string, existed: boolean): void {
  const have = db.pragma("user_version", { simple: true }) as number;
  const all = migrations();
  const newest = all.at(-1)?.version ?? 0;
  if (have > newest) {
    throw new AppError(
      "project/too-new",
      `${path} was written by a later version of Fovea (schema ${have}, this one knows ${newest}). Update Fovea to open it.`,
    );
  }
  const pending = all.filter(({ version }) => version > have);
  if (pending.length > 0 && existed && have > 0) {
    db.pragma("wal_checkpoint(TRUNCATE)");
    copyFileSync(path, `${path}.v${have}.bak`);
  }
  for (const { version, file } of pending) {
    const sql = readFileSync(join(migrationsFolder, file), "utf8");
    db.transaction(() => {
      db.exec(sql);
      db.pragma(`user_version = ${version}`);
    })();
  }
}
