import { join } from "node:path";
import { Hono } from "hono";
import type { ErrorBody } from "../shared/api/route.ts";
import type { SystemInfo } from "../shared/api/system.ts";
import { analysisHandlers } from "./api/analysis.ts";
import { annotationHandlers } from "./api/annotations.ts";
import { assistHandlers } from "./api/assist.ts";
import { answerCall, errorResponse } from "./api/calls.ts";
import { datasetHandlers } from "./api/datasets.ts";
import { eventStream } from "./api/events.ts";
import { exportHandlers } from "./api/exports.ts";
import type { Handlers } from "./api/handlers.ts";
import { imageHandlers } from "./api/images.ts";
import { importHandlers } from "./api/imports.ts";
import { jobHandlers } from "./api/jobs.ts";
import { liveHandlers } from "./api/live.ts";
import { modelHandlers } from "./api/models.ts";
import { pageFile } from "./api/page.ts";
import { pictureResponse } from "./api/pictures.ts";
import { projectHandlers } from "./api/projects.ts";
import { revisionHandlers } from "./api/revisions.ts";
import { exportDownload } from "./api/run-export.ts";
import { runHandlers } from "./api/runs.ts";
import { suspectHandlers } from "./api/suspects.ts";
import { systemHandlers } from "./api/system.ts";
import { trainingHandlers } from "./api/training.ts";
import { picturePlace } from "./db/queries/pictures.ts";
import { Events } from "./services/events.ts";
import { Workspace } from "./services/projects/workspace.ts";

export interface AppConfig {
  readonly info: SystemInfo;
  /** The built page. */
  readonly pageFolder: string;
  /** The embedded sample dataset. */
  readonly sampleFolder: string;
  /** Settings, recent projects and new projects lie here. */
  readonly dataFolder: string;
}

export interface AppPorts {
  /** For whoever looks after the program, never for the page. */
  readonly log: (line: string) => void;
}

export interface App {
  fetch(request: Request): Promise<Response>;
  readonly workspace: Workspace;
  readonly events: Events;
  /** Stops jobs and workers and closes the project. */
  close(): Promise<void>;
}

/** Styles are inline because the page's component library sets them so; scripts never are. */
const securityHeaders = {
  "content-security-policy":
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** All the main side offers, as one function from Request to Response; every host mounts this. */
export function buildApp(config: AppConfig, ports: AppPorts): App {
  const events = new Events();
  const workspace = new Workspace(config, { events, log: ports.log });
  const closing = new AbortController();
  const handlers: Handlers = {
    ...projectHandlers(workspace),
    ...systemHandlers(workspace, config.info, config.dataFolder),
    ...jobHandlers(workspace),
    ...importHandlers(workspace),
    ...datasetHandlers(workspace, events),
    ...runHandlers(workspace, events),
    ...analysisHandlers(workspace),
    ...imageHandlers(workspace),
    ...modelHandlers(workspace, events),
    ...annotationHandlers(workspace, events),
    ...revisionHandlers(workspace, events),
    ...liveHandlers(workspace),
    ...suspectHandlers(workspace, events),
    ...assistHandlers(workspace),
    ...exportHandlers(workspace, events),
    ...trainingHandlers(workspace, events),
  };

  const hono = new Hono();
  hono.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(securityHeaders))
      context.res.headers.set(name, value);
  });
  hono.onError((error, context) =>
    errorResponse(error, `${context.req.method} ${context.req.path}`, ports.log),
  );
  hono.get("/api/events", (context) => eventStream(events, context.req.raw.signal, closing.signal));
  hono.post("/api/:noun/:verb", (context) =>
    answerCall(
      `${context.req.param("noun")}/${context.req.param("verb")}`,
      context.req.raw,
      handlers,
      ports.log,
    ),
  );
  hono.get("/api/runs/:id/export", (context) =>
    exportDownload(workspace, context.req.param("id"), new URL(context.req.url).searchParams),
  );
  hono.get("/api/pictures/*", (context) => {
    const { db, folder } = workspace.project;
    const cacheFolder = join(folder, "cache", "pictures");
    return pictureResponse(context.req.raw, { place: (id) => picturePlace(db, id), cacheFolder });
  });
  hono.all("/api/*", () => plainError("call/not-found", "There is nothing at this address.", 404));
  hono.get("*", (context) => pageFile(config.pageFolder, context.req.path));

  return {
    fetch: async (request) => hono.fetch(request),
    workspace,
    events,
    async close() {
      closing.abort();
      await workspace.close();
    },
  };
}

function plainError(code: string, message: string, status: number): Response {
  return Response.json({ error: { code, message } } satisfies ErrorBody, { status });
}
