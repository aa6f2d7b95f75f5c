/**
 * Environment that the compute process starts with, beside its parent's. glibc otherwise gives each thread memory of its
 * own to allocate from, and what one of TensorFlow's threads frees the others cannot use: a tenth more memory for a
 * training. Other systems' C libraries ignore it.
 */
export const computeEnvironment: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: "1" };
