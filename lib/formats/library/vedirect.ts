// Victron's VE.Direct in text mode: blocks of `label<tab>value`, of which a checksum byte makes the sum 0.
import type { FieldDefinition, FormatDefinition } from '../model/definition.ts'

/** Solar chargers (MPPT) and battery monitors (BMV): each device sends some of these. */
export const vedirect: FormatDefinition = {
  type: 'vedirect',
  name: 'Victron VE.Direct: text blocks',
  record: { start: '^(?:PID|H1)\\t', end: '^Checksum\\t', seconds: 3 },
  check: { kind: 'lrc', at: 'Checksum\t', written: 'bytes' },
  // the checksum is any byte
  charset: 'latin-1',
  decoder: { kind: 'key-values', valueSeparator: '\t' },
  nulls: ['---'],
  fields: [
    { name: 'PID', type: 'string' },
    scaled('V', 'V', { deviceUnit: 'mV', min: -100, max: 1000 }),
    scaled('VS', 'V', { deviceUnit: 'mV' }),
    scaled('I', 'A', { deviceUnit: 'mA' }),
    scaled('VPV', 'V', { deviceUnit: 'mV', min: 0, max: 1000 }),
    scaled('PPV', 'W', { min: 0 }),
    scaled('P', 'W', {}),
    scaled('CE', 'Ah', { deviceUnit: 'mAh' }),
    scaled('SOC', '%', { scale: '1/10', decimals: 1, min: 0, max: 100 }),
    scaled('TTG', 'min', { nulls: [-1] }),
    scaled('T', '°C', {}),
    { name: 'CS', type: 'integer' },
    { name: 'MPPT', type: 'integer' },
    { name: 'ERR', type: 'integer' },
    { name: 'AR', type: 'integer' },
    onOff('LOAD'),
    onOff('Alarm'),
    onOff('Relay'),
    scaled('IL', 'A', { deviceUnit: 'mA' }),
    { name: 'OR', type: 'integer', notation: 'hex' },
    ...['H19', 'H20', 'H22'].map((name) => scaled(name, 'kWh', { scale: '1/100', decimals: 2, min: 0 })),
    ...['H21', 'H23'].map((name) => scaled(name, 'W', { min: 0 })),
    { name: 'HSDS', type: 'integer' },
    { name: 'serial', from: 'SER#', type: 'string', hidden: true },
  ],
  key: ['serial'],
}

function scaled(name: string, unit: string, rest: Partial<FieldDefinition>): FieldDefinition {
  return { name, type: 'number', unit, ...rest }
}

function onOff(name: string): FieldDefinition {
  return { name, type: 'boolean', map: { ON: true, OFF: false, On: true, Off: false } }
}
