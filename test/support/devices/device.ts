// What devices in the field send, of the kinds that gateways have got wrong, and the events that must come out. Devices
// and values are made up.
import type { Scalar } from '../../../lib/event.ts'
import type { FieldDefinition, FormatDefinition } from '../../../lib/formats/model/definition.ts'
import type { FramingSettings } from '../../../lib/serial/framing/settings.ts'

export interface Device {
  name: string
  /** the port's settings, where they are not those by default */
  framing?: Partial<FramingSettings>
  formats: FormatDefinition[]
  /** in Latin-1: a character is a byte */
  sent: string
  /** the port was opened while it was sending: the beginning of its first line is lost */
  isCutIn?: boolean
  /** of each good event its data, and `at`, the device's own time; in order, and no others */
  good: Array<Record<string, Scalar>>
}

export function number(name: string, rest: Partial<FieldDefinition> = {}): FieldDefinition {
  return { name, type: 'number', ...rest }
}

export function integer(name: string, rest: Partial<FieldDefinition> = {}): FieldDefinition {
  return { name, type: 'integer', ...rest }
}

export function text(name: string, rest: Partial<FieldDefinition> = {}): FieldDefinition {
  return { name, type: 'string', ...rest }
}

/** Lines that end in CR LF. */
export function lines(...all: string[]): string {
  return all.map((line) => `${line}\r\n`).join('')
}
