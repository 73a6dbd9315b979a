// LaCrosse IT+ sensors as the sketch LaCrosseITPlusReader writes them: `OK 9` for thermometers, `OK WS` for weather stations.
import type { FieldDefinition, FormatDefinition } from '../model/definition.ts'

/** `OK 9 56 1 4 156 37`: id, new battery and channel, temperature + 100 °C in tenths, weak battery and humidity. */
export const lacrosse: FormatDefinition = {
  type: 'lacrosse',
  name: 'LaCrosse thermometer (OK 9)',
  takes: { nodes: [9], bytes: [5, 5] },
  decoder: { kind: 'packet', minBytes: 5, maxBytes: 5 },
  fields: [
    { name: 'id', from: 0, type: 'integer' },
    { name: 'channel', from: 1, bit: 0, bits: 7, type: 'integer' },
    { name: 'newbatt', from: 1, bit: 7, bits: 1, type: 'integer' },
    {
      name: 'temp',
      from: 2,
      read: 'u16be',
      type: 'number',
      unit: '°C',
      scale: '1/10',
      offset: -100,
      decimals: 1,
      min: -40,
      max: 60,
    },
    // 106: a sensor without a hygrometer, 125: the second thermometer of one
    {
      name: 'humi',
      from: 4,
      bit: 0,
      bits: 7,
      nulls: [106, 125],
      type: 'integer',
      unit: '%',
      deviceClass: 'humidity',
      min: 0,
      max: 100,
    },
    { name: 'weak', from: 4, bit: 7, bits: 1, type: 'integer' },
  ],
  key: ['id', 'channel'],
}

/**
 * `OK WS 14 1 4 208 53 0 0 7 8 …`: each value in two columns, the high byte first; 255 255 where a station has no such
 * sensor. Rain is a counter whose step depends on the station.
 */
export const lacrosseStation: FormatDefinition = {
  type: 'lacrosse-ws',
  name: 'LaCrosse weather station (OK WS)',
  takes: { prefix: 'OK WS', word: true },
  decoder: { kind: 'columns', delimiter: ' ' },
  fields: [
    { name: 'id', from: 2, type: 'integer' },
    { name: 'model', from: 3, type: 'integer' },
    ...pair('temp', 4, 'x / 10 - 100', { unit: '°C', decimals: 1, min: -40, max: 60 }),
    {
      name: 'humi',
      from: 6,
      type: 'integer',
      unit: '%',
      deviceClass: 'humidity',
      nulls: [255],
      min: 0,
      max: 100,
    },
    ...pair('rain', 7, 'x', {}),
    ...pair('winddir', 9, 'x / 10', { unit: '°', decimals: 1, min: 0, max: 360 }),
    ...pair('wind', 11, 'x / 10', { unit: 'm/s', deviceClass: 'wind_speed', decimals: 1, min: 0, max: 100 }),
    ...pair('gust', 13, 'x / 10', { unit: 'm/s', deviceClass: 'wind_speed', decimals: 1, min: 0, max: 100 }),
    { name: 'flags', from: 15, type: 'integer' },
    ...pair('pressure', 16, 'x', { unit: 'hPa', min: 800, max: 1200 }),
  ],
  key: ['id', 'model'],
}

/** A value of two columns, worked out from their number `x`; missing where both are 255. */
function pair(name: string, from: number, value: string, rest: Partial<FieldDefinition>): FieldDefinition[] {
  const [high, low] = [`${name}High`, `${name}Low`]
  return [
    {
      name,
      computed: value.replace('x', `(${high} * 256 + ${low})`),
      when: `${high} != 255 || ${low} != 255`,
      type: 'number',
      ...rest,
    },
    { name: high, from, type: 'integer', hidden: true },
    { name: low, from: from + 1, type: 'integer', hidden: true },
  ]
}
