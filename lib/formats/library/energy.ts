// The energy sensor: one event a line, in sections. The device's own spellings (CoilRevesed, Appearent) and the right
// ones are both taken. What the sensor always sends is required, as the service for it always did.
import type { FieldDefinition, FormatDefinition } from '../model/definition.ts'

export const energy: FormatDefinition = {
  type: 'energy',
  name: 'Energy sensor: sections',
  decoder: { kind: 'sections' },
  nulls: ['NaN', 'N/A'],
  fields: [
    { name: 'device', from: 'Device.ID', type: 'string', required: true },
    { name: 'firmware', from: 'Device.Fw', type: 'integer', required: true },
    { name: 'event', from: 'Device.Evt', type: 'integer', required: true },
    {
      name: 'coil_reversed',
      from: 'Alarms.CoilReversed',
      also: ['Alarms.CoilRevesed'],
      type: 'boolean',
      required: true,
    },
    { name: 'power_active', from: 'Power.Active', type: 'number', unit: 'W', required: true },
    { name: 'power_reactive', from: 'Power.Reactive', type: 'number', unit: 'var', required: true },
    {
      name: 'power_apparent',
      from: 'Power.Apparent',
      also: ['Power.Appearent'],
      type: 'number',
      unit: 'VA',
      required: true,
    },
    { name: 'line_current', from: 'Line.Current', type: 'number', unit: 'A', required: true },
    {
      name: 'line_voltage',
      from: 'Line.Voltage',
      type: 'number',
      unit: 'V',
      min: 0,
      max: 300,
      required: true,
    },
    { name: 'line_phase', from: 'Line.Phase', type: 'number', unit: 'rad', required: true },
    ...listed('peak', 'Peaks', 10, 'A'),
    ...listed('fft_re', 'FFT Re', 9),
    ...listed('fft_im', 'FFT Img', 9),
    { name: 'fft_re_length', from: 'FFT Re.length', type: 'integer', hidden: true },
    { name: 'fft_im_length', from: 'FFT Img.length', type: 'integer', hidden: true },
    {
      name: 'fft_lengths_are_equal',
      computed: 'fft_re_length == fft_im_length',
      type: 'boolean',
      allowed: [true],
      range: 'reject',
      hidden: true,
    },
    { name: 'utc_time', from: 'UTC Time[0]', type: 'string', required: true },
    { name: 'hz', from: 'hz[0]', type: 'number', unit: 'Hz', min: 0, max: 100, required: true },
    {
      name: 'wifi',
      from: 'WiFi Strength[0]',
      type: 'integer',
      unit: 'dBm',
      min: -130,
      max: 0,
      required: true,
    },
    { name: 'dummy', from: 'Dummy[0]', type: 'integer', required: true },
    { name: 'at', from: 'UTC Time[0]', type: 'time', time: 'iso', required: true, hidden: true },
  ],
  key: ['device'],
  time: 'at',
}

/** The first values of a list, of which there is one at least. */
function listed(name: string, section: string, count: number, unit?: string): FieldDefinition[] {
  return Array.from({ length: count }, (_, i) => {
    const field: FieldDefinition = { name: `${name}${i + 1}`, from: `${section}[${i}]`, type: 'number' }
    if (i === 0) field.required = true
    return unit === undefined ? field : { ...field, unit }
  })
}
