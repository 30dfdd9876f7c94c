const ESC = '\u001b'
/** Mouse reports of every kind, focus reports. */
const REPORTS_OFF = `${ESC}[?1000l${ESC}[?1002l${ESC}[?1003l${ESC}[?1005l${ESC}[?1006l${ESC}[?1015l${ESC}[?1004l`
/** Colours, character set, keypad, cursor keys, wrapping, scroll region, insert mode: as after a reset. */
const PLAIN = `${ESC}[0m${ESC}(B\u000f${ESC}>${ESC}[?1l${ESC}[?7h${ESC}[?6l${ESC}[4l${ESC}[r`

/** Pastes are marked, the cursor is hidden. */
export const MODES_BEGIN: string = `${ESC}[?2004h${ESC}[?25l`

/** A guest may have set any mode or left the alternate screen: what the UI needs is set anew. */
export const MODES_AFTER_GUEST: string = `${REPORTS_OFF}${ESC}[!p${PLAIN}${ESC}[?1049h${MODES_BEGIN}${ESC}[2J`

/** The terminal as it was found: the normal screen, a visible cursor, no modes. */
export const FAREWELL: string = `${ESC}[?2026l${REPORTS_OFF}${ESC}[?2004l${PLAIN}${ESC}[?1049l${ESC}[?25h`
