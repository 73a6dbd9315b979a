// Radio networks of one's own sensors: MySensors by its serial gateway, and LLAP (Ciseco, Wireless Things).
import type { FieldDefinition, FormatDefinition } from '../model/definition.ts'

/** A value's number in the serial protocol 2.x, and the field that it becomes. */
const mysensorsValues: Record<number, FieldDefinition> = {
  0: { name: 'temp', type: 'number', unit: '°C', min: -60, max: 120 },
  1: { name: 'humi', type: 'number', unit: '%', deviceClass: 'humidity', min: 0, max: 100 },
  2: { name: 'status', type: 'boolean' },
  3: { name: 'percentage', type: 'number', unit: '%', min: 0, max: 100 },
  4: { name: 'pressure', type: 'number', unit: 'hPa', min: 300, max: 1200 },
  6: { name: 'rain', type: 'number', unit: 'mm', deviceClass: 'precipitation', min: 0 },
  8: { name: 'wind', type: 'number' },
  9: { name: 'gust', type: 'number' },
  10: { name: 'winddir', type: 'number', unit: '°', min: 0, max: 360 },
  11: { name: 'uv', type: 'number', min: 0 },
  12: { name: 'weight', type: 'number' },
  13: { name: 'distance', type: 'number' },
  16: { name: 'tripped', type: 'boolean' },
  17: { name: 'power', type: 'number', unit: 'W' },
  18: { name: 'energy', type: 'number', unit: 'kWh', min: 0 },
  23: { name: 'light', type: 'number', min: 0 },
  34: { name: 'flow', type: 'number' },
  35: { name: 'volume', type: 'number' },
  37: { name: 'level', type: 'number' },
  38: { name: 'voltage', type: 'number', unit: 'V' },
  39: { name: 'current', type: 'number', unit: 'A' },
}
const mysensorsOthers = Object.keys(mysensorsValues).map((kind) => `kind != ${kind}`)

/** `12;6;1;0;0;21.5`: node, child, command 1 (a value), acknowledged, kind, value. */
export const mysensors: FormatDefinition = {
  type: 'mysensors',
  name: 'MySensors serial gateway: values',
  takes: { columns: [6, 6], where: [...numbersOf(5), { from: 2, is: ['1'] }] },
  decoder: { kind: 'columns', delimiter: ';', quote: '' },
  fields: [
    ...Object.entries(mysensorsValues).map(([kind, field]) => ({
      ...field,
      from: 5,
      when: `kind == ${kind}`,
    })),
    { name: 'value', from: 5, when: mysensorsOthers.join(' && '), type: 'string' },
    { name: 'kind', from: 4, type: 'integer', hidden: true },
    ...mysensorsNode(),
  ],
  key: ['node', 'child'],
}

/** `12;255;3;0;0;87`: the level of a node's battery. */
export const mysensorsBattery: FormatDefinition = {
  type: 'mysensors-battery',
  name: 'MySensors serial gateway: batteries',
  takes: { columns: [6, 6], where: [...numbersOf(5), { from: 2, is: ['3'] }, { from: 4, is: ['0'] }] },
  decoder: { kind: 'columns', delimiter: ';', quote: '' },
  fields: [
    { name: 'battery', from: 5, type: 'integer', unit: '%', deviceClass: 'battery', min: 0, max: 100 },
    ...mysensorsNode(),
  ],
  key: ['node', 'child'],
}

function numbersOf(count: number) {
  return Array.from({ length: count }, (_, from) => ({ from, matches: '^[0-9]{1,3}$' }))
}

function mysensorsNode(): FieldDefinition[] {
  return [
    { name: 'node', from: 0, type: 'integer', hidden: true },
    { name: 'child', from: 1, type: 'integer', hidden: true },
  ]
}

/** `aA1TMPA19.50`: 12 characters without a line end, `a` (or another small letter), the node's two, and a message that `-` fills up. */
export const llap: FormatDefinition = {
  type: 'llap',
  name: 'LLAP: messages of 12 characters',
  decoder: {
    kind: 'pattern',
    pattern:
      '^[a-z](?P<node>[A-Z0-9@#?*-]{2})(?:TE?MPA?(?P<temp>[+-]?[0-9]+[.]?[0-9]*)|BATT(?P<batt>[0-9][.]?[0-9]*)|R?HUM[A-D]?(?P<humi>[0-9]+[.]?[0-9]*)|(?P<message>[A-Z][A-Z0-9.]*))-*$',
  },
  fields: [
    { name: 'node', type: 'string' },
    { name: 'temp', type: 'number', unit: '°C', min: -55, max: 125 },
    { name: 'batt', type: 'number', unit: 'V', min: 0, max: 10 },
    { name: 'humi', type: 'number', unit: '%', deviceClass: 'humidity', min: 0, max: 100 },
    { name: 'message', type: 'string' },
  ],
  key: ['node'],
}
