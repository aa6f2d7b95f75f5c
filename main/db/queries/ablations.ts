import type { AblationVariant } from "../../../shared/api/training.ts";
import type { Db } from "../open.ts";

export interface StoredAblation {
  readonly id: number;
  readonly name: string;
  readonly presetId: string | null;
  readonly variants: readonly Pick<AblationVariant, "name" | "set">[];
  readonly createdAt: number;
}

interface AblationRow {
  id: number;
  name: string;
  preset_id: string | null;
  variants: string;
  created_at: number;
}

export function ablationQueries(db: Db) {
  const all = db.prepare<[], AblationRow>("SELECT * FROM ablation ORDER BY id DESC");
  const insert = db.prepare<[string, string | null, string, number]>(
    "INSERT INTO ablation (name, preset_id, variants, created_at) VALUES (?, ?, ?, ?)",
  );
  const remove = db.prepare<[number]>("DELETE FROM ablation WHERE id = ?");
  return {
    /** Newest first. */
    all: (): StoredAblation[] =>
      all.all().map((row) => ({
        id: row.id,
        name: row.name,
        presetId: row.preset_id,
        variants: JSON.parse(row.variants) as StoredAblation["variants"],
        createdAt: row.created_at,
      })),
    /** Returns the new ablation's id. */
    insert: ({ name, presetId, variants, createdAt }: Omit<StoredAblation, "id">): number =>
      Number(insert.run(name, presetId, JSON.stringify(variants), createdAt).lastInsertRowid),
    remove: (id: number): void => void remove.run(id),
  };
}
