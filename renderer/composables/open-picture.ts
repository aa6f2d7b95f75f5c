import type { ImageRecord } from "../../shared/domain/records.ts";
import type { PictureSource } from "../canvas/picture/source.ts";
import { openTiledPicture } from "../canvas/picture/tiled-picture.ts";
import { openWholePicture } from "../canvas/picture/whole-picture.ts";
import { pictureUrls } from "./picture-urls.ts";

/** Browsers decode larger pictures slowly or not at all. */
const TILED_FROM = 40_000_000;
const BACKDROP_SIDE = 2048;

/** The picture of an image: whole, or by tiles where it is large. `changed` is called when more of it can be drawn. */
export function openPicture(record: ImageRecord, changed: () => void): PictureSource {
  const urls = pictureUrls(record.id);
  const tiled = record.width * record.height > TILED_FROM;
  const thumb = urls.thumb(tiled ? BACKDROP_SIDE : 512);
  return tiled
    ? openTiledPicture({ thumb, crop: urls.crop }, record, changed)
    : openWholePicture({ thumb, file: urls.file }, record, changed);
}
