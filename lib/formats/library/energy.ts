// The energy sensor: one event a line, in sections. The device's own spellings (CoilRevesed, Appearent) and the right
// ones are both taken.
import type { FieldDefinition, FormatDefinition } from '../model/definition.ts'

export const energy: FormatDefinition = {
  type: 'energy',
  name: 'Energy sensor: sections',
  decoder: { kind: 'sections' },
  nulls: ['NaN', 'N/A'],
  fields: [
    { name: 'device', from: 'Device.ID', type: 'integer', required: true },
    { name: 'firmware', from: 'Device.Fw', type: 'integer' },
    { name: 'event', from: 'Device.Evt', type: 'integer' },
    {
      name: 'coil_reversed',
      from: 'Alarms.CoilReversed',
      also: ['Alarms.CoilRevesed'],
      type: 'boolean',
    },
    { name: 'power_active', from: 'Power.Active', type: 'number', unit: 'W' },
    { name: 'power_reactive', from: 'Power.Reactive', type: 'number', unit: 'var' },
    {
      name: 'power_apparent',
      from: 'Power.Apparent',
      also: ['Power.Appearent'],
      type: 'number',
      unit: 'VA',
    },
    { name: 'line_current', from: 'Line.Current', type: 'number', unit: 'A' },
    { name: 'line_voltage', from: 'Line.Voltage', type: 'number', unit: 'V', min: 0, max: 300 },
    { name: 'line_phase', from: 'Line.Phase', type: 'number', unit: 'rad' },
    ...listed('peak', 'Peaks', 10, 'A'),
    ...listed('fft_re', 'FFT Re', 9),
    ...listed('fft_im', 'FFT Img', 9),
    { name: 'utc_time', from: 'UTC Time[0]', type: 'string' },
    { name: 'hz', from: 'hz[0]', type: 'number', unit: 'Hz', min: 0, max: 100 },
    { name: 'wifi', from: 'WiFi Strength[0]', type: 'integer', unit: 'dBm', min: -130, max: 0 },
    { name: 'dummy', from: 'Dummy[0]', type: 'integer' },
    { name: 'at', from: 'UTC Time[0]', type: 'time', time: 'iso', hidden: true },
  ],
  key: ['device'],
  time: 'at',
}

function listed(name: string, section: string, count: number, unit?: string): FieldDefinition[] {
  return Array.from({ length: count }, (_, i) => {
    const field: FieldDefinition = { name: `${name}${i + 1}`, from: `${section}[${i}]`, type: 'number' }
    return unit === undefined ? field : { ...field, unit }
  })
}
