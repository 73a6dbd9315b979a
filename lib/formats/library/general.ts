// Formats to begin with where the lines are of a common kind: the fields are examples.
import type { FormatDefinition } from '../model/definition.ts'

export const json: FormatDefinition = {
  type: 'json',
  name: 'JSON text or a structured event',
  decoder: { kind: 'json' },
  fields: [
    { name: 'temp', type: 'number', unit: '°C' },
    { name: 'humi', type: 'number', unit: '%', min: 0, max: 100 },
  ],
}

export const csv: FormatDefinition = {
  type: 'csv',
  name: 'CSV: time, temperature, humidity',
  decoder: { kind: 'columns', header: ['time', 'temp', 'humi'] },
  nulls: ['NaN', 'N/A', -999],
  fields: [
    { name: 'at', from: 'time', type: 'time', hidden: true },
    { name: 'temp', from: 'temp', type: 'number', unit: '°C' },
    { name: 'humi', from: 'humi', type: 'number', unit: '%', min: 0, max: 100 },
  ],
  time: 'at',
}

export const storedEvent: FormatDefinition = {
  type: 'stored',
  name: 'Stored Event of a MicroPython logger',
  decoder: { kind: 'stored-event' },
  fields: [
    { name: 'key', type: 'string' },
    { name: 'value', type: 'number' },
    { name: 'at', from: 'timestamp', type: 'time', time: 's', hidden: true },
  ],
  time: 'at',
}
