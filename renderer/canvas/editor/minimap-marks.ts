import { paintMark } from "../minimap.ts";
import { overPicture } from "../paint/styles.ts";
import { verdictCodes } from "./labels.ts";
import type { Stage } from "./stage.ts";

/** On the minimap: unjudged labels, then predictions that are false alarms, then misses on top. */
export function paintLabelMarks(ctx: CanvasRenderingContext2D, scale: number, stage: Stage): void {
  const labels = stage.shownLabels();
  const ghosts = stage.shownGhosts();
  const markLabels = (code: number) => {
    if (!labels) return;
    const { boxes, verdict } = labels.columns;
    for (const place of labels.places())
      if (verdict[place] === code) markBox(ctx, boxes, place, scale, code === verdictCodes.miss);
  };
  ctx.fillStyle = overPicture.unjudged;
  markLabels(verdictCodes.none);
  if (ghosts) {
    ctx.fillStyle = overPicture.falseAlarm;
    for (let place = 0; place < ghosts.count; place += 1)
      if (ghosts.marked[place] === 1) markBox(ctx, ghosts.boxes, place, scale, false);
  }
  ctx.fillStyle = overPicture.miss;
  markLabels(verdictCodes.miss);
}

function markBox(
  ctx: CanvasRenderingContext2D,
  boxes: Float64Array,
  place: number,
  scale: number,
  isMiss: boolean,
): void {
  const x = (boxes[place * 4]! + boxes[place * 4 + 2]! / 2) * scale;
  const y = (boxes[place * 4 + 1]! + boxes[place * 4 + 3]! / 2) * scale;
  paintMark(ctx, x, y, isMiss);
}
