export {
  type ConsoleChannel,
  ConsoleRefused,
  type ConsoleRequest,
  openConsole,
  receiveConsole
} from './channel.ts'
export {
  CONSOLE_DATA_BYTES_MAX,
  CONSOLE_FRAME_BYTES_MAX,
  type ConsoleMessage,
  consoleMessage
} from './messages.ts'
export {
  CONSOLE_OPEN_TTL_MAX_MS,
  CONSOLE_REFUSAL_CODES,
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
