import Database from "better-sqlite3";

/** The version of SQLite that comes with better-sqlite3. Throws where its native part does not load. */
export function databaseVersion(): string {
  const db = new Database(":memory:");
  try {
    return db.prepare<[], string>("SELECT sqlite_version()").pluck().get() ?? "unknown";
  } finally {
    db.close();
  }
}
