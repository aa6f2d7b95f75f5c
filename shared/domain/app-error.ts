/**
 * An error that stops the work and is told to the user.
 * `code` is stable (`noun/what`), `message` names the file or field, the value and the next step.
 */
export class AppError extends Error {
  readonly code: string;
  readonly details: unknown;

  constructor(code: string, message: string, details: unknown = null) {
    super(message);
    this.name = "AppError";
    this.code = code;
    this.details = details;
  }
}
