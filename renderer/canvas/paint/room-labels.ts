import { boxRect } from "../../../shared/geometry/boxes.ts";
import { boxOf, type Judgement, type Scene } from "../scene/scene.ts";
import { FULL } from "../scene/visibility.ts";
import { rectToScreen, visibleRect, type Viewport } from "../viewport.ts";
import type { LabelOf } from "./focus-layer.ts";
import { paintLabel } from "./labels.ts";
import { boxStyles, styleOf } from "./styles.ts";

/** A box gets a label of its own from this side on, CSS pixels. */
const ROOMY_SIDE = 44;
/** With more roomy boxes than this in view, labels would only hide them. */
const MOST = 60;

/** Labels the boxes that have room for it. */
export function paintRoomLabels(
  ctx: CanvasRenderingContext2D,
  scene: Scene,
  judgement: Judgement,
  shown: Uint8Array,
  view: Viewport,
  how: {
    readonly labelOf: LabelOf;
    readonly font: string;
    /** It has a label already. */
    readonly selected: number | null;
  },
): void {
  const side = ROOMY_SIDE / view.scale;
  const roomy: number[] = [];
  scene.index.query(visibleRect(view), (object) => {
    if (shown[object] !== FULL || object === how.selected) return;
    const [, , w, h] = boxOf(scene, object);
    if (w >= side && h >= side / 2) roomy.push(object);
  });
  if (roomy.length > MOST) return;
  for (const object of roomy) {
    const style = boxStyles[styleOf(scene, judgement, object)]!;
    const box = rectToScreen(view, boxRect(boxOf(scene, object)));
    if (box.x > view.width - 8 || box.x + box.w < 8) continue;
    paintLabel(ctx, how.labelOf(object), style.colour, box, view, how.font);
  }
}
