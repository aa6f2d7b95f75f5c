import { paintMark } from "../minimap.ts";
import { FALSE_ALARM, MISS, type Judgement, type Scene } from "../scene/scene.ts";
import { HIDDEN } from "../scene/visibility.ts";
import { overPicture } from "./styles.ts";

/** The errors of a scene on the minimap: misses last, on top. */
export function paintErrorMarks(
  ctx: CanvasRenderingContext2D,
  scale: number,
  scene: Scene,
  judgement: Judgement,
  shown: Uint8Array,
): void {
  for (const verdict of [FALSE_ALARM, MISS]) {
    ctx.fillStyle = verdict === MISS ? overPicture.miss : overPicture.falseAlarm;
    for (let i = 0; i < scene.count; i += 1) {
      if (judgement.verdict[i] !== verdict || shown[i] === HIDDEN) continue;
      const x = (scene.boxes[i * 4]! + scene.boxes[i * 4 + 2]! / 2) * scale;
      const y = (scene.boxes[i * 4 + 1]! + scene.boxes[i * 4 + 3]! / 2) * scale;
      paintMark(ctx, x, y, verdict === MISS);
    }
  }
}
