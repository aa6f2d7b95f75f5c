export const analysis = {
  "analysis.withinNoise": "within noise",
  "analysis.withinNoiseHint":
    "The 95 % interval of the difference, resampled by image, includes zero",
} as const;
