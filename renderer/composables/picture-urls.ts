/** Where the parts of a picture are fetched. */
export function pictureUrls(imageId: number) {
  const base = `/api/pictures/${imageId}`;
  return {
    file: `${base}/file`,
    /** size: longest side, pixels. */
    thumb: (size: number) => `${base}/thumb?size=${size}`,
    /** In pixels of the original. */
    crop: (x: number, y: number, w: number, h: number) =>
      `${base}/crop?x=${x}&y=${y}&w=${w}&h=${h}`,
  };
}
