export {
  type ConsoleChannel,
  ConsoleRefused,
  type ConsoleRequest,
  openConsole,
  receiveConsole
} from './channel.ts'
export {
  type ConsoleMessage,
  consoleMessage
} from './messages.ts'
export {
  CONSOLES_MAX,
  type ConsoleContext,
  type ConsoleKind,
  type ConsoleOpen,
  type ConsoleRefusal,
  type ConsoleRefusalCode,
  judgeConsoleOpen,
  type SignedConsoleOpen,
  signConsoleOpen
} from './open.ts'
