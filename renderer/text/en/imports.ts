export const imports = {
  "imports.up": "Folder above",
  "imports.path": "Path",
  "imports.go": "Go",
  "imports.places": "Places",
  "imports.folders": "Folders and files",
  "imports.emptyFolder": "This folder is empty",
  "imports.useFolder": "Use this folder",
} as const;
