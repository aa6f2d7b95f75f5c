import { useDatasets } from "../stores/datasets.ts";
import { useProject } from "../stores/project.ts";

/**
 * Where the parts of a picture are fetched. The address names a state of the pictures, so that a browser that has a
 * part need not ask whether it is still the same: image ids mean other pictures in another project or folder, and a
 * page loaded anew shows the files as they are then.
 */
export function pictureUrls(imageId: number) {
  const base = `/api/pictures/${imageId}`;
  const state = [useProject().info?.path ?? "", useDatasets().moves, performance.timeOrigin];
  const v = `v=${shortHash(JSON.stringify(state))}`;
  return {
    file: `${base}/file?${v}`,
    /** size: longest side, pixels. */
    thumb: (size: number) => `${base}/thumb?size=${size}&${v}`,
    /** In pixels of the original. */
    crop: (x: number, y: number, w: number, h: number) =>
      `${base}/crop?x=${x}&y=${y}&w=${w}&h=${h}&${v}`,
  };
}

/** FNV-1a over UTF-16 units. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}
