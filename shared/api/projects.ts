import { z } from "zod";
import { route } from "./route.ts";

export interface ProjectInfo {
  /** Folder that holds project.fovea. */
  readonly path: string;
  readonly name: string;
  readonly isSample: boolean;
  /** Most recent first, this one included. */
  readonly recent: readonly { readonly path: string; readonly name: string }[];
}

export const projects = {
  "projects/current": route<ProjectInfo>()(z.object({})),
  /** Opens an existing project folder. */
  "projects/open": route<ProjectInfo>()(z.object({ path: z.string().min(1).max(4096) })),
  /** Makes a project; without a path it lies in the user's data folder. */
  "projects/create": route<ProjectInfo>()(
    z.object({ name: z.string().min(1).max(200), path: z.string().max(4096).optional() }),
  ),
  "projects/openSample": route<ProjectInfo>()(z.object({})),
};
