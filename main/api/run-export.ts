import { z } from "zod";
import type { RunReport } from "../../shared/api/runs.ts";
import { AppError } from "../../shared/domain/app-error.ts";
import { datasetQueries } from "../db/queries/datasets.ts";
import { runQueries } from "../db/queries/runs.ts";
import { version } from "../program.ts";
import type { Workspace } from "../services/projects/workspace.ts";
import { exportRuns } from "../services/runs/export/export-runs.ts";

const runIds = z.array(z.coerce.number().int().positive()).min(1).max(8);
const formats = z.enum(["csv", "json", "html"]);

/** GET /api/runs/<id>/export?format=csv|json|html&compare=<id,…>: a file to save. */
export function exportDownload(
  workspace: Workspace,
  runId: string,
  query: URLSearchParams,
): Response {
  const others = (query.get("compare") ?? "").split(",").filter((part) => part !== "");
  const ids = runIds.safeParse([runId, ...others]);
  const format = formats.safeParse(query.get("format") ?? "html");
  if (!ids.success || !format.success) {
    throw new AppError(
      "export/invalid-input",
      "Ask for format csv, json or html, and for at most 8 runs by their numbers.",
    );
  }
  const { db } = workspace.project;
  const reports = ids.data.map((id): RunReport => {
    const report = runQueries(db).byId(id);
    if (report) return report;
    throw new AppError(
      "run/not-found",
      `There is no run ${id} in this project; it may have been removed.`,
    );
  });
  const datasetNames = new Map(
    datasetQueries(db)
      .all()
      .map(({ id, name }) => [id, name]),
  );
  const { name, type, text } = exportRuns(format.data, {
    reports,
    datasetNames,
    programVersion: version,
  });
  const plainName = name.replace(/[^\x20-\x7e]/g, "_");
  return new Response(text, {
    headers: {
      "content-type": type,
      "content-disposition": `attachment; filename="${plainName}"; filename*=UTF-8''${encodeURIComponent(name)}`,
      "cache-control": "no-store",
    },
  });
}
