import type { Db } from "./open.ts";

/** Prepares statements once for each open database: preparing takes longer than running most of them. */
export function perDatabase<Queries>(prepare: (db: Db) => Queries): (db: Db) => Queries {
  const prepared = new WeakMap<Db, Queries & object>();
  return (db) => {
    const known = prepared.get(db);
    if (known) return known;
    const queries = prepare(db) as Queries & object;
    prepared.set(db, queries);
    return queries;
  };
}
