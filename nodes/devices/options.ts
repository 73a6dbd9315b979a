import type { DeviceRow } from '../../lib/devices/names.ts'
import { text } from '../../lib/options/fields.ts'
import { defaultsOf, type Saved } from '../../lib/options/options.ts'

/** Those options of a `fieldlog-devices` node that have one value each. */
export const devicesOptions = {
  name: text({ title: 'name', description: 'Shown in the editor.' }),
}

export interface DevicesOptions extends Saved<typeof devicesOptions> {
  /** the devices that have a name; of two rows that fit, the first one holds */
  devices: DeviceRow[]
}

export const devicesDefaults: DevicesOptions = { ...defaultsOf(devicesOptions), devices: [] }
