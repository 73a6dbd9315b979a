// Formats to begin with where the lines are of a common kind: the fields are examples.
import type { FormatDefinition } from '../model/definition.ts'

export const json: FormatDefinition = {
  type: 'json',
  name: 'JSON text or a structured event',
  decoder: { kind: 'json' },
  fields: [
    { name: 'temp', type: 'number', unit: '°C' },
    { name: 'humi', type: 'number', unit: '%', deviceClass: 'humidity', min: 0, max: 100 },
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
    { name: 'humi', from: 'humi', type: 'number', unit: '%', deviceClass: 'humidity', min: 0, max: 100 },
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

/** What a process of the gateway has sent, as lib/time-events makes its JSON; it is no other structured event. */
export const timeEvent: FormatDefinition = {
  type: 'timeevent',
  name: 'Time event: START, STOP and steps of processes',
  decoder: { kind: 'json' },
  takes: { where: [{ from: 'transport', matches: '^(queue|socket|udp)$' }] },
  fields: [
    { name: 'cat', type: 'string', required: true },
    { name: 'source', type: 'string', required: true },
    { name: 'subject', type: 'string' },
    { name: 'seq', type: 'string' },
    { name: 'msg', type: 'string' },
    { name: 'pid', type: 'integer' },
    { name: 'time', type: 'time', time: 'ms', required: true },
    { name: 'msec', type: 'integer', unit: 'ms', required: true },
    { name: 'transport', type: 'string', required: true },
    { name: 'known', type: 'boolean', required: true },
    { name: 'clock', type: 'string' },
  ],
  key: ['source'],
  time: 'time',
}
