import sharp from "sharp";
import type { Random } from "./random.ts";
import type { Light } from "./sprites.ts";

/** A smooth random field over the picture, -1..1: random values on a coarse grid, blended between. */
function smoothField(width: number, height: number, cell: number, random: Random): Float32Array {
  const columns = Math.ceil(width / cell) + 2;
  const rows = Math.ceil(height / cell) + 2;
  const grid = Float32Array.from({ length: columns * rows }, () => random.next() * 2 - 1);
  const field = new Float32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const row = Math.floor(y / cell);
    const v = ease(y / cell - row);
    for (let x = 0; x < width; x += 1) {
      const column = Math.floor(x / cell);
      const u = ease(x / cell - column);
      const i = row * columns + column;
      const above = grid[i]! + (grid[i + 1]! - grid[i]!) * u;
      const below = grid[i + columns]! + (grid[i + columns + 1]! - grid[i + columns]!) * u;
      field[y * width + x] = above + (below - above) * v;
    }
  }
  return field;
}

const ease = (t: number): number => t * t * (3 - 2 * t);

/**
 * Turns flat drawing into something like a photograph: uneven ground, the light's tint, a soft lens and grain.
 * svg: the drawing. Returns the JPEG file.
 */
export async function develop(
  svg: string,
  width: number,
  height: number,
  light: Light,
  random: Random,
): Promise<Buffer> {
  const drawn = await sharp(Buffer.from(svg)).removeAlpha().blur(0.5).raw().toBuffer();
  const wide = smoothField(width, height, 96, random);
  const patchy = smoothField(width, height, 17, random);
  const fine = smoothField(width, height, 3, random);
  for (let i = 0; i < width * height; i += 1) {
    const [r, g, b] = [drawn[i * 3]!, drawn[i * 3 + 1]!, drawn[i * 3 + 2]!];
    // Grass is rougher than asphalt, and asphalt rougher than paint.
    const rough = g > r + 4 && g > b + 8 ? 2.2 : 1;
    const grain = 1 + wide[i]! * 0.06 + rough * (patchy[i]! * 0.035 + fine[i]! * 0.035);
    const noise = (random.next() - 0.5) * 5;
    for (const [channel, value] of [r, g, b].entries()) {
      drawn[i * 3 + channel] = Math.max(
        0,
        Math.min(255, value * grain * light.tint[channel]! + noise),
      );
    }
  }
  return sharp(drawn, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 76, mozjpeg: true })
    .toBuffer();
}
