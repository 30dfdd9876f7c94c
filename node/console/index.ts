export { serveConsoles } from './holder.ts'
export { type ConsoleTarget, type ConsoleViewerOptions, viewConsole } from './viewer.ts'
