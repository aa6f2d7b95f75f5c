import type { FolderReport } from "../../../shared/api/imports.ts";
import type { Pace } from "./pace.ts";
export async function inspect(path: string, pace: Pace): Promise<FolderReport> { void pace; throw new Error(path); }
