import Database from "better-sqlite3";

/**
 * Marks a project as this process's own until `release`, or until the process ends, however it ends: the mark is a
 * lock the system holds on a small database file. Returns null where another process has it.
 */
export function lockProject(path: string): { release(): void } | null {
  const db = new Database(path, { timeout: 0 });
  try {
    db.pragma("locking_mode = EXCLUSIVE");
    db.pragma("user_version = 1"); // the first write takes the lock, and the mode keeps it
    return { release: () => void db.close() };
  } catch (error) {
    db.close();
    if ((error as { code?: string }).code?.startsWith("SQLITE_BUSY")) return null;
    throw error;
  }
}
