/**
 * Stored with every run. Raise it whenever a change to this folder can change a value, so that older runs can be
 * told apart.
 */
export const evaluatorVersion = "1.0.1";
