import type { UndoState } from "../../shared/api/annotations.ts";
import type { EditTask, StepTask } from "./annotate-queue.ts";

/** Edits that wait to be saved, as they outlive their page. */
export interface KeptEdits {
  readonly tasks: readonly KeptTask[];
  /** How each image stood when its first edit was sent, or was to be. */
  readonly images: readonly KeptImage[];
}

export interface KeptTask {
  readonly task: EditTask | StepTask;
  /** Of an undo or a redo: the edit that it is about; null where edits before it decide that. */
  readonly target: number | null;
}

export interface KeptImage {
  readonly imageId: number;
  /** Highest id among its labels: ids only grow, so a label with a higher one came later. */
  readonly newest: number;
  readonly undo: UndoState;
}

export interface Keeper {
  /** Keeps the edits of a project in place of what was kept before. Returns false where there is no room. */
  readonly write: (project: string, edits: KeptEdits) => boolean;
  /** Leaves what is kept now for whoever opens its project next. */
  readonly setAside: () => void;
  /** Hands over what pages that are gone, and this one earlier, have kept of a project; once. */
  readonly takeOver: (project: string, take: (edits: KeptEdits) => void) => Promise<void>;
}

interface KeptRecord extends KeptEdits {
  readonly project: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const PREFIX = "fovea.unsaved.";
/** Where pages cannot be told to be gone, one that has kept nothing anew for so long is, milliseconds. */
const SILENT = 60_000;

/**
 * Keeps edits in the storage of the browser, each page under its own name. A page holds a lock of that name while it
 * lives: what no living page holds is taken over by the next one, and by one only.
 */
export function createKeeper(page: string): Keeper {
  let place = 0;
  const keyNow = () => `${PREFIX}${page}/${place}`;
  const locks = "locks" in navigator ? navigator.locks : null;
  void locks?.request(PREFIX + page, () => new Promise<never>(() => undefined));

  /** Runs the work if the page that kept the record is gone. */
  async function ifGone(owner: string, record: KeptRecord, work: () => void): Promise<void> {
    if (owner === page) work();
    else if (locks) {
      await locks.request(PREFIX + owner, { ifAvailable: true }, (lock) => {
        if (lock) work();
      });
    } else if (Date.now() - record.at > SILENT) work();
  }

  return {
    write(project, edits) {
      if (edits.tasks.length === 0) {
        localStorage.removeItem(keyNow());
        return true;
      }
      try {
        const record: KeptRecord = { project, at: Date.now(), ...edits };
        localStorage.setItem(keyNow(), JSON.stringify(record));
        return true;
      } catch {
        return false; // Full: what is kept there is older, and some of it may be saved by now.
      }
    },
    setAside: () => void (place += 1),
    async takeOver(project, take) {
      for (const key of keysOf(localStorage)) {
        const owner = key.slice(PREFIX.length).split("/")[0]!;
        const record = read(key);
        if (key === keyNow() || record?.project !== project) continue;
        await ifGone(owner, record, () => {
          // Someone else may have taken it while the lock was waited for.
          const now = read(key);
          localStorage.removeItem(key);
          if (now) take(now);
        });
      }
    },
  };
}

function keysOf(storage: Storage): readonly string[] {
  return Array.from({ length: storage.length }, (_, at) => storage.key(at) ?? "").filter((key) =>
    key.startsWith(PREFIX),
  );
}

function read(key: string): KeptRecord | null {
  try {
    const value = JSON.parse(localStorage.getItem(key) ?? "null") as Partial<KeptRecord> | null;
    const isWhole = value?.project && Array.isArray(value.tasks) && Array.isArray(value.images);
    return isWhole ? (value as KeptRecord) : null;
  } catch {
    return null; // Cut off.
  }
}
