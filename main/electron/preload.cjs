// Runs in the sandbox before the page, which has no other way to learn where a dropped folder lies.
// eslint-disable-next-line @typescript-eslint/no-require-imports -- sandboxed preloads cannot be modules
const { contextBridge, webUtils } = require("electron");

contextBridge.exposeInMainWorld("foveaDesktop", {
  pathOfFile: (file) => webUtils.getPathForFile(file),
});
