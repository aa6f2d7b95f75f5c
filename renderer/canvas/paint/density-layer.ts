import type { Density, DensityBin } from "../scene/density.ts";
import { hexCorners } from "../scene/hex-grid.ts";
import { FALSE_ALARM, HIT, IGNORED, MISS, UNJUDGED } from "../scene/scene.ts";
import type { Viewport } from "../viewport.ts";
import { overPicture, verdictColour } from "./styles.ts";

/** Shown from the worst on, as parts of a bar under the count. */
const barOrder = [MISS, FALSE_ALARM, HIT, UNJUDGED, IGNORED] as const;

/** Hexagons with how many objects they stand for, and a bar of what those are. */
export function paintDensity(
  ctx: CanvasRenderingContext2D,
  density: Pick<Density, "radius" | "bins">,
  view: Viewport,
  font: string,
): void {
  const radius = density.radius * view.scale;
  const corners = hexCorners(radius - 1);
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.font = `600 ${radius < 30 ? 11 : 13}px ${font}`;
  ctx.lineWidth = 1;
  const most = Math.log(density.bins.reduce((max, bin) => Math.max(max, bin.count), 2));
  for (const bin of density.bins) {
    const x = bin.x * view.scale + view.originX;
    const y = bin.y * view.scale + view.originY;
    if (x < -radius || y < -radius || x > view.width + radius || y > view.height + radius) continue;
    ctx.beginPath();
    for (const [dx, dy] of corners) ctx.lineTo(x + dx, y + dy);
    ctx.closePath();
    // The fuller, the darker; the picture is seen through all of them.
    ctx.fillStyle = `rgb(12 16 22 / ${Math.round(28 + (42 * Math.log(bin.count)) / most)}%)`;
    ctx.fill();
    ctx.strokeStyle = verdictColour(leading(bin));
    ctx.stroke();
    ctx.fillStyle = overPicture.selected;
    ctx.fillText(String(bin.count), x, y - radius * 0.12);
    paintBar(ctx, bin, x - radius * 0.55, y + radius * 0.28, radius * 1.1);
  }
}

function paintBar(
  ctx: CanvasRenderingContext2D,
  bin: DensityBin,
  x: number,
  y: number,
  width: number,
): void {
  let from = x;
  for (const code of barOrder) {
    const part = (bin.byVerdict[code]! / bin.count) * width;
    if (part === 0) continue;
    ctx.fillStyle = verdictColour(code);
    ctx.fillRect(from, y, part, 4);
    from += part;
  }
}

/** The verdict most of the objects have. */
function leading(bin: DensityBin): number {
  return barOrder.reduce((best, code) =>
    bin.byVerdict[code]! > bin.byVerdict[best]! ? code : best,
  );
}
