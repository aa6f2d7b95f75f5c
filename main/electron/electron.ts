// The only import of Electron's values. Under plain Node it would try to download Electron, so nothing that runs
// there may import this file; tests replace the package.
export {
  app,
  BrowserWindow,
  dialog,
  Menu,
  Notification,
  protocol,
  screen,
  session,
  shell,
} from "electron";
