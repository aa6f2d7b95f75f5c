import { computed, type Ref } from "vue";
import type { RunSummary } from "../../shared/api/runs.ts";
import type { NetworkInput } from "../components/annotate/box-facts.ts";
import { call } from "../api/client.ts";
import { useModels } from "../stores/models.ts";
import { useSettings } from "../stores/settings.ts";
import { useLoad } from "./load.ts";

/**
 * How pictures come into the network that made the run's predictions: from its model where it is known, else fitted
 * into a square of the side chosen in the read-out.
 */
export function useNetworkInput(run: Readonly<Ref<RunSummary | null>>) {
  const models = useModels();
  const settings = useSettings();
  const { value: inference } = useLoad(
    () => run.value && { predictionSetId: run.value.predictionSetId },
    async (asked) => (await call("models/inference", asked)).inference,
  );

  /** null where no model says it. */
  const fromModel = computed<(NetworkInput & { readonly name: string }) | null>(() => {
    const made = inference.value;
    const model = made?.modelId ? models.byId.get(made.modelId) : undefined;
    const size = made?.settings.size ?? model?.description.input ?? null;
    if (!made || !size) return null;
    // The YOLO layouts expect the picture fitted in with bars; everything else is stretched.
    const fits = model?.description.preset?.startsWith("yolo") ?? false;
    return {
      name: made.modelName,
      width: size.width,
      height: size.height,
      fit: fits ? "letterbox" : "stretch",
      tile: made.settings.tile?.size ?? null,
    };
  });
  const input = computed<NetworkInput>(
    () =>
      fromModel.value ?? {
        width: settings.networkInput,
        height: settings.networkInput,
        fit: "letterbox",
        tile: null,
      },
  );
  return { fromModel, input };
}
