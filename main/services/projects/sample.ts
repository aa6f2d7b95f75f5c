import type { OpenProject } from "./open-project.ts";

/** Imports the embedded dataset into an empty sample project and evaluates its predictions. */
export async function fillSample(_project: OpenProject, _sampleFolder: string): Promise<void> {
  // Filled in once the importer is there.
}
