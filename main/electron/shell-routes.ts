import { stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import type { BrowserWindow } from "electron";
import { Hono } from "hono";
import type { z } from "zod";
import type { ErrorBody } from "../../shared/api/route.ts";
import { shellRoutes } from "../../shared/api/shell.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import { dialog, shell } from "./electron.ts";

type Fetch = (request: Request) => Promise<Response>;

/** The app's handler with the calls that only the desktop can answer put before it. */
export function withShellRoutes(fetch: Fetch, currentWindow: () => BrowserWindow | null): Fetch {
  const hono = new Hono();
  hono.onError((error) => {
    if (!(error instanceof AppError)) throw error;
    const { code, message } = error;
    return Response.json({ error: { code, message } } satisfies ErrorBody, { status: 400 });
  });
  hono.post("/api/shell/pick-folder", async ({ req }) => {
    const input = await read(req.raw, shellRoutes["shell/pick-folder"].input);
    return Response.json({ path: await pick(input, currentWindow()) });
  });
  hono.post("/api/shell/show-in-folder", async ({ req }) => {
    const { path } = await read(req.raw, shellRoutes["shell/show-in-folder"].input);
    await showInFolder(path);
    return Response.json({});
  });
  hono.all("*", ({ req }) => fetch(req.raw));
  return async (request) => hono.fetch(request);
}

async function pick(
  { kind, title, startAt }: z.output<(typeof shellRoutes)["shell/pick-folder"]["input"]>,
  window: BrowserWindow | null,
): Promise<string | null> {
  const options = {
    properties: [kind === "folder" ? ("openDirectory" as const) : ("openFile" as const)],
    ...(title === undefined ? {} : { title }),
    ...(startAt === undefined ? {} : { defaultPath: startAt }),
  };
  const { canceled, filePaths } = window
    ? await dialog.showOpenDialog(window, options)
    : await dialog.showOpenDialog(options);
  return canceled ? null : (filePaths[0] ?? null);
}

async function showInFolder(path: string): Promise<void> {
  const there = isAbsolute(path) && (await stat(path).catch(() => null));
  if (!there)
    throw new AppError(
      "shell/no-such-path",
      `${path} is not there any more. It may have been moved or deleted.`,
    );
  shell.showItemInFolder(path);
}

async function read<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
): Promise<z.output<Schema>> {
  const body: unknown = await request.json().catch(() => null);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new AppError(
    "call/invalid-input",
    `The call was made with wrong input: ${parsed.error.issues[0]?.message ?? "not JSON"}.`,
  );
}
