import type { TrainingSettings } from "../../shared/domain/training.ts";
import { plainLoss, type LossConfig } from "../losses/config.ts";
import type { StepSettings } from "./step.ts";

/** The objective that the switches ask for. */
export function lossConfigOf(settings: TrainingSettings): LossConfig {
  const { samplePoints, reweighting } = settings;
  return {
    ...plainLoss,
    weights: {
      ...plainLoss.weights,
      offset: samplePoints?.offsetWeight ?? 1,
      attention: samplePoints?.attentionWeight ?? 1,
    },
    scaleAlignedTarget: settings.scaleAlignedTarget,
    reweighting: reweighting && {
      variant: reweighting.variant,
      focal: { alpha: reweighting.alpha, gamma: reweighting.gamma },
    },
    samplePoints: samplePoints && {
      mode: samplePoints.mode,
      units: samplePoints.units,
      eta: samplePoints.eta,
    },
  };
}

export function stepSettingsOf(settings: TrainingSettings): StepSettings {
  const { optimizer } = settings;
  return {
    loss: lossConfigOf(settings),
    optimizer: {
      baseRate: optimizer.baseRate,
      warmupSteps: optimizer.warmupSteps,
      weightDecay: optimizer.weightDecay,
      clipNorm: optimizer.clipNorm,
      beta1: 0.9,
      beta2: 0.999,
      eps: 1e-8,
    },
    average: { decay: optimizer.averageDecay, ramp: optimizer.averageRamp },
    norms: settings.norms,
    denoising: settings.denoising,
    rampSamplePoints: settings.samplePoints?.ramp === "warmup",
  };
}
