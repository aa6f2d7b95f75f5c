import { readFile, realpath } from "node:fs/promises";
import { extname, join, sep } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".txt": "text/plain; charset=utf-8",
};

const notBuilt = `<!doctype html><html lang="en"><title>Fovea</title><p>The page has not been built yet. Stop this program and
run <code>npm start</code>, or build it with <code>npm run -s fovea -- serve</code>.</p></html>`;

/** A file of the built page; paths that are no file get index.html, for the page routes by its address itself. */
export async function pageFile(folder: string, pathname: string): Promise<Response> {
  const found = await readInside(folder, pathname);
  if (found) {
    const immutable = pathname.startsWith("/assets/");
    return file(
      found,
      extname(pathname),
      immutable ? "public, max-age=31536000, immutable" : "no-cache",
    );
  }
  if (extname(pathname) !== "" && extname(pathname) !== ".html") {
    return new Response("Not found", {
      status: 404,
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  }
  const index = await readInside(folder, "/index.html");
  if (index) return file(index, ".html", "no-cache");
  return new Response(notBuilt, { status: 503, headers: { "content-type": types[".html"]! } });
}

function file(content: Uint8Array<ArrayBuffer>, extension: string, cache: string): Response {
  const type = types[extension.toLowerCase()] ?? "application/octet-stream";
  return new Response(content, { headers: { "content-type": type, "cache-control": cache } });
}

/** null where the path is no file inside the folder; links that lead out of it count as such. */
async function readInside(
  folder: string,
  pathname: string,
): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const root = await realpath(folder);
    const path = await realpath(join(root, decodeURIComponent(pathname)));
    if (!path.startsWith(root + sep)) return null;
    return new Uint8Array(await readFile(path));
  } catch {
    return null; // missing, a folder, or not decodable: not a file of the page
  }
}
