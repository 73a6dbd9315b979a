// Sensors of fine dust, which send binary frames: Plantower PMS5003 (and PMS7003, PMSA003), Nova SDS011.
import type { FieldDefinition, FormatDefinition } from '../model/definition.ts'

/** 32 bytes: `BM`, the length, six concentrations, six counts, version, error, and the sum of all before. */
export const pms5003: FormatDefinition = {
  type: 'pms5003',
  name: 'Plantower PMS5003: binary frames',
  check: { kind: 'sum16', to: -2, at: -2, written: 'bytes' },
  decoder: { kind: 'bytes', start: '42 4D', minBytes: 32, maxBytes: 32 },
  fields: [
    // as in the open air; those at 4, 6 and 8 are for the factory's test dust
    concentration('pm1', 10, { read: 'u16be' }),
    concentration('pm25', 12, { read: 'u16be' }),
    concentration('pm10', 14, { read: 'u16be' }),
    ...['n03', 'n05', 'n1', 'n25', 'n5', 'n10'].map((name, i): FieldDefinition => {
      return { name, from: 16 + 2 * i, read: 'u16be', type: 'integer' }
    }),
  ],
}

/** 10 bytes: `AA C0`, both concentrations in tenths, the sensor's id, the sum of these six bytes, `AB`. */
export const sds011: FormatDefinition = {
  type: 'sds011',
  name: 'Nova SDS011: binary frames',
  check: { kind: 'sum8', from: 2, to: -2, at: -2, written: 'bytes' },
  decoder: { kind: 'bytes', start: 'AA C0', minBytes: 10, maxBytes: 10 },
  fields: [
    concentration('pm25', 2, { read: 'u16le', scale: '1/10', decimals: 1 }),
    concentration('pm10', 4, { read: 'u16le', scale: '1/10', decimals: 1 }),
    { name: 'id', from: 6, read: 'u16be', type: 'integer', hidden: true },
  ],
  key: ['id'],
}

function concentration(name: string, from: number, rest: Partial<FieldDefinition>): FieldDefinition {
  return { name, from, type: 'number', unit: 'µg/m³', deviceClass: name, min: 0, max: 1000, ...rest }
}
