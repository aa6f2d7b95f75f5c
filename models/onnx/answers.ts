/** What the graph of an ONNX detector does not tell: asked once, kept in a small file beside it. */
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { AppError } from "../../shared/domain/app-error.ts";

/** `<model>.fovea.json`: the user's answers, saved once. Every field is optional. */
const answers = z.object({
  preset: z.string().optional(),
  labels: z.array(z.string()).optional(),
  input: z.object({ height: z.int().min(8), width: z.int().min(8) }).optional(),
  fit: z.enum(["stretch", "letterbox"]).optional(),
  /** (value / 255 - mean) / std for each of red, green, blue. */
  mean: z.array(z.number()).length(3).optional(),
  std: z.array(z.number().positive()).length(3).optional(),
});
export type OnnxAnswers = z.infer<typeof answers>;

export const answersFile = (model: string) => `${model}.fovea.json`;

export function readAnswers(file: string): OnnxAnswers {
  const path = answersFile(file);
  if (!existsSync(path)) return {};
  const parsed = answers.safeParse(parseJson(path));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AppError(
    "onnx/answers",
    `${path}: ${issue.path.join(".")} is not usable (${issue.message}). Correct it or remove the file.`,
  );
}

function parseJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new AppError(
      "onnx/answers",
      `${path} cannot be read (${(error as Error).message}). Correct it or remove the file.`,
    );
  }
}
