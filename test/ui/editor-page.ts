import { join } from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import sharp from "sharp";
import { build } from "vite";
import type { EditorPage } from "./page/editor.ts";

/** A host that no one answers for: all its requests are met here. */
export const origin = "http://editor.test";

/** The editor's canvas alone in Chromium, without host and data. */
export interface EditorBrowser {
  readonly open: (options?: EditorPageOptions) => Promise<Page>;
  readonly close: () => Promise<void>;
}

export interface EditorPageOptions extends BrowserContextOptions {
  /** The picture that is served, as PNG or JPEG. */
  readonly picture?: Buffer;
}

export async function startEditorBrowser(): Promise<EditorBrowser> {
  const script = await bundle();
  const browser = await launch();
  return {
    async open({ picture, ...options } = {}) {
      const context = await browser.newContext({
        viewport: { width: 1000, height: 700 },
        ...options,
      });
      const page = await context.newPage();
      page.on("pageerror", (error) => {
        throw error;
      });
      await page.route(`${origin}/**`, async (route) => {
        const url = new URL(route.request().url());
        if (url.pathname === "/")
          return route.fulfill({ contentType: "text/html", body: document() });
        if (url.pathname === "/editor.js")
          return route.fulfill({ contentType: "text/javascript", body: script });
        if (url.pathname === "/picture" && picture) return route.fulfill({ body: picture });
        if (url.pathname === "/thumb" || url.pathname === "/crop")
          return route.fulfill({ contentType: "image/png", body: await drawTile(url) });
        return route.fulfill({ status: 404 });
      });
      await page.goto(`${origin}/`);
      return page;
    },
    close: () => browser.close(),
  };
}

function document(): string {
  return `<!doctype html>
    <meta charset="utf-8">
    <style>
      html, body { margin: 0; height: 100%; font-family: sans-serif; }
      @media (prefers-color-scheme: dark) { body { background: #14181e; } }
      #root { position: relative; overflow: hidden; width: 100%; height: 100%; touch-action: none; }
      .minimap { position: absolute; right: 12px; bottom: 12px; }
    </style>
    <div id="root"></div>
    <script src="/editor.js"></script>`;
}

async function bundle(): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: "error",
    root: import.meta.dirname,
    build: {
      write: false,
      target: "es2024",
      lib: {
        entry: join(import.meta.dirname, "page", "editor.ts"),
        formats: ["iife"],
        name: "editorBundle",
      },
    },
  });
  const [first] = Array.isArray(output) ? output : [output];
  if (!first || !("output" in first)) throw new Error("The bundler gave no script.");
  return first.output[0].code;
}

/** A tile whose grey tells its place, so that one sees where it lies. */
async function drawTile(url: URL): Promise<Buffer> {
  const value = (name: string) => Number(url.searchParams.get(name) ?? 512);
  const grey = url.pathname === "/thumb" ? 40 : 60 + ((value("x") + value("y")) / 1024) * 8;
  const level = Math.min(220, Math.round(grey));
  return sharp({
    create: {
      width: value("w"),
      height: value("h"),
      channels: 3,
      background: { r: level, g: level, b: level },
    },
  })
    .png()
    .toBuffer();
}

function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["FOVEA_CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Runs in the page with its `editorPage`. */
export function inPage<Given, Result>(
  page: Page,
  work: (page: EditorPage, given: Given) => Result,
  given: Given,
): Promise<Result> {
  return page.evaluate(`(${String(work)})(window.editorPage, ${JSON.stringify(given ?? null)})`);
}
