/** Notices when sample reweighting has become a constant. */
import type { TrainingStepRow } from "../../shared/compute/messages.ts";

const SHARE = 0.95;
const STEPS = 200;

const tasks = { cls: "classification", reg: "boxes" } as const;

/**
 * Returns a call for each step that answers with a sentence once the share of weights at 0.5 of a task stayed above
 * 95 % for 200 steps; once for each task. Steps without positives do not count.
 */
export function collapseWatch(): (row: TrainingStepRow) => string | null {
  const length = { cls: 0, reg: 0 };
  const told = new Set<string>();
  return ({ step, reweighting }) => {
    if (!reweighting) return null;
    let text: string | null = null;
    for (const task of ["cls", "reg"] as const) {
      length[task] = reweighting[task].weightAtHalf > SHARE ? length[task] + 1 : 0;
      if (length[task] < STEPS || told.has(task)) continue;
      told.add(task);
      text = `Step ${step}: reweighting has collapsed to a constant for the ${tasks[task]}: over ${100 * SHARE} % of its weights have been at 0.5 for ${STEPS} steps. The variant "stable" keeps them alive.`;
    }
    return text;
  };
}
