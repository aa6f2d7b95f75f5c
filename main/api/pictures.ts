import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { availableParallelism } from "node:os";
import type { ErrorBody } from "../../shared/api/route.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import type { PicturePlace } from "../db/queries/pictures.ts";
import { resolveInside } from "../files/inside-root.ts";
import { NewestFirstQueue } from "../files/newest-first-queue.ts";
import { hashOf, PictureCache, prunePictures } from "../files/picture-cache.ts";
import {
  browserType,
  type CropBox,
  renderCrop,
  type Rendered,
  renderThumb,
  renderWhole,
} from "../files/render-picture.ts";

export interface PictureLookup {
  /** Undefined where there is no such image. */
  readonly place: (imageId: number) => PicturePlace | undefined;
  /** Made pictures are kept here. */
  readonly cacheFolder: string;
}

type View =
  | { readonly kind: "file" }
  | { readonly kind: "thumb"; readonly side: number }
  | ({ readonly kind: "crop" } & CropBox);

const queue = new NewestFirstQueue(Math.max(2, Math.min(4, availableParallelism())));
const defaultSide = 256;

/** Kept pictures of one project; looked after when the first one is asked for. */
const mostKeptBytes = 4 * 2 ** 30;
const lookedAfter = new Set<string>();

/**
 * Answers GET /api/pictures/<imageId>/file|thumb|crop, see shared/api/images.ts. Answers carry an ETag; they may be
 * kept for good where the address says which state is meant by a parameter `v`, else the browser asks again (304),
 * since another project may use the same image ids.
 */
export async function pictureResponse(request: Request, lookup: PictureLookup): Promise<Response> {
  try {
    return await answer(request, lookup);
  } catch (error) {
    if (request.signal.aborted) return new Response(null, { status: 499 });
    if (error instanceof AppError) return errorAnswer(error);
    throw error;
  }
}

async function answer(request: Request, lookup: PictureLookup): Promise<Response> {
  const url = new URL(request.url);
  const { imageId, view } = parseAddress(url);
  const place = lookup.place(imageId);
  if (place === undefined) {
    throw new AppError("image/not-found", `There is no image ${imageId}. Reload the page.`);
  }
  const path = resolveInside(place.root, place.path);
  const { size, mtimeMs } = await stat(path);
  if (size === 0) {
    throw new AppError("picture/unreadable", `${place.path} is empty (0 bytes).`);
  }
  const key = JSON.stringify([path, size, mtimeMs, view]);
  const headers = {
    etag: `"${hashOf(key)}"`,
    "cache-control": url.searchParams.has("v")
      ? "private, max-age=31536000, immutable"
      : "private, no-cache",
  };
  if (request.headers.get("if-none-match") === headers.etag) {
    return new Response(null, { status: 304, headers });
  }
  if (view.kind === "file") {
    const type = await browserType(path);
    if (type !== null) return streamed(path, size, type, headers);
  }
  if (!lookedAfter.has(lookup.cacheFolder)) {
    lookedAfter.add(lookup.cacheFolder);
    // In the background; a cache that cannot be cleared is only larger than wanted.
    void prunePictures(lookup.cacheFolder, mostKeptBytes).catch(() => undefined);
  }
  const cache = new PictureCache(lookup.cacheFolder);
  const bytes = await queue.run(
    () => cache.keep(key, async () => (await render(path, view)).bytes),
    request.signal,
  );
  return new Response(new Uint8Array(bytes), {
    headers: { ...headers, "content-type": typeOf(bytes), "content-length": String(bytes.length) },
  });
}

function render(path: string, view: View): Promise<Rendered> {
  switch (view.kind) {
    case "file":
      return renderWhole(path);
    case "thumb":
      return renderThumb(path, view.side);
    case "crop":
      return renderCrop(path, view);
  }
}

function parseAddress(url: URL): { imageId: number; view: View } {
  const match = /^\/api\/pictures\/(\d{1,15})\/(file|thumb|crop)$/.exec(url.pathname);
  if (match === null) {
    throw new AppError("picture/not-found", `There is no picture at ${url.pathname}.`);
  }
  const number = (name: string, low: number, high: number): number => {
    const text = url.searchParams.get(name);
    const value = text === null || text === "" ? NaN : Number(text);
    if (Number.isFinite(value) && value >= low && value <= high) return value;
    throw new AppError(
      "call/invalid-input",
      `"${name}" is ${text ?? "missing"}; expected a number from ${low} to ${high}.`,
    );
  };
  const imageId = Number(match[1]);
  if (match[2] === "file") return { imageId, view: { kind: "file" } };
  if (match[2] === "thumb") {
    const side = url.searchParams.has("size") ? Math.round(number("size", 16, 2048)) : defaultSide;
    return { imageId, view: { kind: "thumb", side } };
  }
  const far = 1e7;
  return {
    imageId,
    view: {
      kind: "crop",
      x: number("x", -far, far),
      y: number("y", -far, far),
      w: number("w", 0, far),
      h: number("h", 0, far),
    },
  };
}

function streamed(
  path: string,
  size: number,
  type: string,
  headers: Readonly<Record<string, string>>,
): Response {
  const body = Readable.toWeb(createReadStream(path)) as ReadableStream;
  return new Response(body, {
    headers: { ...headers, "content-type": type, "content-length": String(size) },
  });
}

/** Kept bytes do not say what they are, but begin with it. */
function typeOf(bytes: Buffer): string {
  return bytes[0] === 0x89 ? "image/png" : "image/jpeg";
}

const statuses: Readonly<Record<string, number>> = {
  "picture/unreadable": 422,
  "picture/outside": 400,
  "call/invalid-input": 400,
  "file/outside-root": 403,
};

function errorAnswer({ code, message }: AppError): Response {
  const status = statuses[code] ?? 404;
  return Response.json({ error: { code, message } } satisfies ErrorBody, {
    status,
    headers: { "cache-control": "no-store" },
  });
}
