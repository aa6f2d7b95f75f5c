import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";

// Draws icon.svg at every size the systems ask for: PNG for Linux, .ico for Windows, .icns for macOS.
// Run with: node main/setup/run.mjs exec assets/icons/make-icons.ts

const folder = import.meta.dirname;
const svg = readFileSync(join(folder, "icon.svg"));

const draw = (side: number): Promise<Buffer> =>
  sharp(svg, { density: (72 * side) / 32 })
    .resize(side, side)
    .png({ compressionLevel: 9 })
    .toBuffer();

/** Windows' container: a 6-byte header, 16 bytes per picture, then the PNG files. */
function ico(pictures: readonly { side: number; png: Buffer }[]): Buffer {
  const header = Buffer.alloc(6 + 16 * pictures.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(pictures.length, 4);
  let offset = header.length;
  for (const [i, { side, png }] of pictures.entries()) {
    const at = 6 + 16 * i;
    header.writeUInt8(side % 256, at); // 256 is written as 0
    header.writeUInt8(side % 256, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(png.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([header, ...pictures.map(({ png }) => png)]);
}

/** macOS' container: "icns", the length, then blocks of a type, a length and a PNG file. */
function icns(pictures: readonly { type: string; png: Buffer }[]): Buffer {
  const block = (type: string, body: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.write(type, "latin1");
    head.writeUInt32BE(body.length + 8, 4);
    return Buffer.concat([head, body]);
  };
  return block("icns", Buffer.concat(pictures.map(({ type, png }) => block(type, png))));
}

const sides = [16, 24, 32, 48, 64, 128, 256, 512, 1024];
const drawn = new Map<number, Buffer>();
for (const side of sides) {
  const png = await draw(side);
  drawn.set(side, png);
  writeFileSync(join(folder, `${side}x${side}.png`), png);
}
const png = (side: number): Buffer => drawn.get(side)!;
writeFileSync(
  join(folder, "icon.ico"),
  ico([16, 24, 32, 48, 64, 128, 256].map((side) => ({ side, png: png(side) }))),
);
const appleTypes = {
  icp4: 16,
  icp5: 32,
  icp6: 64,
  ic07: 128,
  ic08: 256,
  ic09: 512,
  ic10: 1024,
  ic11: 32,
  ic12: 64,
  ic13: 256,
  ic14: 512,
};
writeFileSync(
  join(folder, "icon.icns"),
  icns(Object.entries(appleTypes).map(([type, side]) => ({ type, png: png(side) }))),
);
