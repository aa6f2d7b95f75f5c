import { onScopeDispose } from "vue";
import { shortcutCatalogue, type ShortcutId } from "./shortcut-catalogue.ts";
import { keysOf, keysOfEvent, useShortcuts } from "./shortcuts.ts";

export interface ImageActions {
  readonly step: (by: number) => void;
  readonly nextFailure: () => void;
  /** Returns false at the end of the list. */
  readonly stepObject: (by: number) => boolean;
  /** Returns false where nothing was selected. */
  readonly deselect: () => boolean;
  readonly toggleTruth: () => void;
  readonly togglePredictions: () => void;
  readonly loupe: (on: boolean) => void;
  readonly fit: () => void;
  readonly actualSize: () => void;
  readonly zoomBy: (factor: number) => void;
}

const ZOOM = 1.5;

/** The keys of the image view. Returns the handler of those that count only while the picture has the focus. */
export function useImageKeys(actions: ImageActions): (event: KeyboardEvent) => void {
  useShortcuts({
    "image-next": () => actions.step(1),
    "image-previous": () => actions.step(-1),
    "next-failure": actions.nextFailure,
    deselect: () => void actions.deselect(),
    "toggle-truth": actions.toggleTruth,
    "toggle-predictions": actions.togglePredictions,
    "zoom-fit": actions.fit,
    "zoom-actual": actions.actualSize,
    "zoom-in": () => actions.zoomBy(ZOOM),
    "zoom-out": () => actions.zoomBy(1 / ZOOM),
  });

  let loupeKey: string | null = null;
  const letGo = (event: KeyboardEvent) => {
    if (event.code !== loupeKey) return;
    loupeKey = null;
    actions.loupe(false);
  };
  const leave = () => {
    loupeKey = null;
    actions.loupe(false);
  };
  window.addEventListener("keyup", letGo);
  window.addEventListener("blur", leave);
  onScopeDispose(() => {
    window.removeEventListener("keyup", letGo);
    window.removeEventListener("blur", leave);
  });

  // After Escape one Tab leaves the picture: the keyboard must never be caught in it.
  let leaving = false;
  return (event) => {
    if (isKeyOf("next-object", event)) {
      if (!leaving && actions.stepObject(1)) event.preventDefault();
    } else if (isKeyOf("previous-object", event)) {
      if (!leaving && actions.stepObject(-1)) event.preventDefault();
    } else if (isKeyOf("loupe", event)) {
      event.preventDefault();
      loupeKey = event.code;
      if (!event.repeat) actions.loupe(true);
    }
    leaving = isKeyOf("deselect", event);
  };
}

function isKeyOf(id: ShortcutId, event: KeyboardEvent): boolean {
  const entry = shortcutCatalogue.find((each) => each.id === id)!;
  return keysOf(entry).split(" ").includes(keysOfEvent(event));
}
