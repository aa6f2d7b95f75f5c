import type { Command } from "./command.ts";
import { evaluateCommand } from "./evaluate.ts";

const projectHelp = `
Usage: fovea evaluate --project DIR --predictions NAME [--protocol NAME] [--areas LIST] [--max-dets LIST] [--json]

Scores a prediction set of a project, and keeps the run there.

  --project DIR        the project's folder
  --predictions NAME   name or number of the prediction set
`;

/** From files, or from a project where one is named. Only what is needed is loaded: files are to score at once. */
export const evaluateEither: Command = {
  summary: evaluateCommand.summary,
  help: evaluateCommand.help + projectHelp,
  async run(args) {
    const usesProject = args.some((word) => /^--(project|predictions)(=|$)/.test(word));
    if (!usesProject) return evaluateCommand.run(args);
    const { evaluateInProject } = await import("./evaluate-in-project.ts");
    return evaluateInProject(args);
  },
};
