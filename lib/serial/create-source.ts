// Makes the source that an address names.

import { demoSource } from './demo/demo-source.ts'
import { addressText, parseAddress, sourceName } from './source/address.ts'
import { deviceSource } from './source/device.ts'
import type { SerialSettings } from './source/settings.ts'
import type { LineSource } from './source/source.ts'
import { tcpSource } from './source/tcp.ts'
import { systemTiming, type Timing } from './source/timing.ts'

/** The source for an address as the user writes it. Throws an Error in words where it is none. */
export function createSource(
  text: string,
  settings: SerialSettings,
  timing: Timing = systemTiming,
): LineSource {
  const address = parseAddress(text)
  const name = sourceName(address)
  if (address.kind === 'demo') return demoSource(timing)
  if (address.kind === 'tcp') return tcpSource(address.host, address.port, name, addressText(address), timing)
  return deviceSource(address.path, name, settings, timing)
}
