/** Data, Failures and Image pages. */
export const data = {} as const;
