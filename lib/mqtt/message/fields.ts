// An event as one message for each of its fields, for receivers that want bare values: a topic template with `{field}`.
import type { FieldlogEvent } from '../../event.ts'
import type { Payload } from './outgoing.ts'
import { rawOf } from './payload.ts'
import { sound } from './sound.ts'
import { rawField } from './topic.ts'

/** One field as it is published. */
export interface FieldMessage {
  field: string
  /** `<event's id>:<field>`: each field is a message of its own, and so are its repeats */
  id: string
  payload: Payload
}

/**
 * The fields of an event, at least one. Numbers and booleans are written as JSON writes them, texts as they are; a field
 * without a value is left out. An event without data gives its line, as the field `raw`: what is wrong must not disappear.
 * Throws an Error that says what is wrong with an event that another node has spoilt.
 */
export function fieldMessages(event: FieldlogEvent): FieldMessage[] {
  const { id, data = {}, verdict } = sound(event)
  const messages: FieldMessage[] = []
  for (const [field, value] of Object.entries(verdict === 'rejected' ? {} : data)) {
    if (value === null || value === undefined) continue
    messages.push({
      field,
      id: idOf(id, field),
      payload: typeof value === 'string' ? value : JSON.stringify(value),
    })
  }
  if (messages.length > 0) return messages
  return [{ field: rawField, id: idOf(id, rawField), payload: rawOf(event) }]
}

/** The event of so many messages is settled when all of them are; with the first error of these. */
export function whenAll(count: number, settled: (error?: Error) => void): (error?: Error) => void {
  let left = count
  let failure: Error | undefined
  return (error) => {
    failure ??= error
    if (--left === 0) settled(failure)
  }
}

function idOf(id: string, field: string): string {
  return `${id}:${field}`
}
