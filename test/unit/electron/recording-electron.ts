import { EventEmitter } from "node:events";

/** Stands for Electron's package: records what it is told, in order, and lets a test play the part of Chromium. */
export interface RecordingElectron {
  /** Every call, as `object.method`, in the order it was made. */
  readonly calls: { readonly name: string; readonly args: readonly unknown[] }[];
  readonly windows: FakeWindow[];
  /** What the next calls answer. */
  readonly answers: {
    isFirstInstance: boolean;
    dialog: { canceled: boolean; filePaths: string[] };
    workAreas: { x: number; y: number; width: number; height: number }[];
  };
  readonly app: EventEmitter;
  readonly session: FakeSession;
  /** Handlers of protocol.handle by scheme. */
  readonly protocols: Map<string, (request: Request) => Promise<Response>>;
  becomeReady(): void;
  /** The names called, for asserting an order. */
  names(): string[];
  argsOf(name: string): readonly unknown[];
  /** What `import "electron"` gives. */
  readonly module: Record<string, unknown>;
}

export interface FakeSession {
  permissionRequest: (contents: unknown, permission: string, answer: (ok: boolean) => void) => void;
  permissionCheck: (contents: unknown, permission: string) => boolean;
  deviceCheck: () => boolean;
  beforeRequest: (details: { url: string }, answer: (result: { cancel: boolean }) => void) => void;
}

export class FakeContents extends EventEmitter {
  openHandler: (details: { url: string }) => { action: string } = () => ({ action: "allow" });
  reloads = 0;
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }
  reload(): void {
    this.reloads += 1;
  }
}

export class FakeWindow extends EventEmitter {
  readonly options: Record<string, unknown>;
  readonly webContents = new FakeContents();
  readonly progress: number[] = [];
  urls: string[] = [];
  maximized = false;
  minimized = false;
  focused = true;
  focusCalls = 0;
  bounds = { x: 31, y: 47, width: 1201, height: 803 };
  constructor(options: Record<string, unknown>) {
    super();
    this.options = options;
  }
  loadURL(url: string): Promise<void> {
    this.urls.push(url);
    return Promise.resolve();
  }
  show(): void {}
  focus(): void {
    this.focusCalls += 1;
  }
  maximize(): void {
    this.maximized = true;
  }
  restore(): void {
    this.minimized = false;
  }
  isMinimized = () => this.minimized;
  isMaximized = () => this.maximized;
  isFocused = () => this.focused;
  isDestroyed = () => false;
  getNormalBounds = () => this.bounds;
  setProgressBar(value: number): void {
    this.progress.push(value);
  }
}

export function recordingElectron(): RecordingElectron {
  const calls: RecordingElectron["calls"] = [];
  const windows: FakeWindow[] = [];
  const answers: RecordingElectron["answers"] = {
    isFirstInstance: true,
    dialog: { canceled: false, filePaths: [] },
    workAreas: [{ x: 0, y: 0, width: 1920, height: 1040 }],
  };
  const protocols: RecordingElectron["protocols"] = new Map();
  const rules = {} as FakeSession;
  let becomeReady = () => {};
  const ready = new Promise<void>((resolve) => (becomeReady = resolve));
  const record = (name: string, answer: (...args: never[]) => unknown = () => undefined) => {
    return (...args: unknown[]) => {
      calls.push({ name, args });
      return answer(...(args as never[]));
    };
  };
  const app = Object.assign(new EventEmitter(), {
    setPath: record("app.setPath"),
    requestSingleInstanceLock: record(
      "app.requestSingleInstanceLock",
      () => answers.isFirstInstance,
    ),
    quit: record("app.quit"),
    exit: record("app.exit"),
    enableSandbox: record("app.enableSandbox"),
    whenReady: record("app.whenReady", () => ready),
    showAboutPanel: record("app.showAboutPanel"),
  });
  class BrowserWindow extends FakeWindow {
    static getAllWindows = () => windows;
    constructor(options: Record<string, unknown>) {
      super(options);
      calls.push({ name: "new BrowserWindow", args: [options] });
      windows.push(this);
      app.emit("web-contents-created", {}, this.webContents);
    }
  }
  class Notification extends EventEmitter {
    static isSupported = () => true;
    readonly options: unknown;
    constructor(options: unknown) {
      super();
      this.options = options;
    }
    show = () => record("notification.show")(this.options);
  }
  return {
    calls,
    windows,
    answers,
    app,
    session: rules,
    protocols,
    becomeReady: () => becomeReady(),
    names: () => calls.map(({ name }) => name),
    argsOf: (name) => calls.find((call) => call.name === name)?.args ?? [],
    module: {
      app,
      BrowserWindow,
      Notification,
      dialog: {
        showOpenDialog: record("dialog.showOpenDialog", () => Promise.resolve(answers.dialog)),
        showErrorBox: record("dialog.showErrorBox"),
      },
      Menu: {
        buildFromTemplate: record("Menu.buildFromTemplate", (template: unknown) => ({ template })),
        setApplicationMenu: record("Menu.setApplicationMenu"),
      },
      protocol: {
        registerSchemesAsPrivileged: record("protocol.registerSchemesAsPrivileged"),
        handle: record(
          "protocol.handle",
          (scheme: string, handler: (request: Request) => Promise<Response>) =>
            protocols.set(scheme, handler),
        ),
      },
      screen: {
        getAllDisplays: () => answers.workAreas.map((workArea) => ({ workArea })),
      },
      session: {
        defaultSession: {
          setPermissionRequestHandler: (rule: FakeSession["permissionRequest"]) =>
            (rules.permissionRequest = rule),
          setPermissionCheckHandler: (rule: FakeSession["permissionCheck"]) =>
            (rules.permissionCheck = rule),
          setDevicePermissionHandler: (rule: FakeSession["deviceCheck"]) =>
            (rules.deviceCheck = rule),
          webRequest: {
            onBeforeRequest: (rule: FakeSession["beforeRequest"]) => (rules.beforeRequest = rule),
          },
        },
      },
      shell: {
        openExternal: record("shell.openExternal", () => Promise.resolve()),
        openPath: record("shell.openPath", () => Promise.resolve("")),
        showItemInFolder: record("shell.showItemInFolder"),
      },
    },
  };
}
