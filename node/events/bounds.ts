import type { EventView } from '../api/index.ts'

/** Together about 2 KiB an event: some texts in it come from peers. */
export const TOPIC_CHARACTERS_MAX = 32
export const MESSAGE_CHARACTERS_MAX = 400
const FIELDS_MAX = 12
const FIELD_NAME_CHARACTERS_MAX = 32
const FIELD_TEXT_CHARACTERS_MAX = 100

export function boundedFields(fields: EventView['fields']): EventView['fields'] {
  return Object.fromEntries(
    Object.entries(fields)
      .slice(0, FIELDS_MAX)
      .map(([name, value]) => [
        name.slice(0, FIELD_NAME_CHARACTERS_MAX),
        typeof value === 'string' ? value.slice(0, FIELD_TEXT_CHARACTERS_MAX) : value
      ])
  )
}
