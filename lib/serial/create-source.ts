// Makes the source that an address names.

import { resolve } from 'node:path'
import { type Clock, systemClock } from '../kit/clock.ts'
import { demoSource } from './demo/demo-source.ts'
import { replaySource } from './replay/replay-source.ts'
import { addressText, parseAddress, sourceName } from './source/address.ts'
import { deviceSource } from './source/device.ts'
import type { SerialSettings } from './source/settings.ts'
import type { LineSource, SourceHome } from './source/source.ts'
import { tcpSource } from './source/tcp.ts'
import { rfc2217Source, telnetSource } from './source/telnet.ts'

/**
 * The source for an address as the user writes it. Throws an Error in words where it is none.
 * @param home of the gateway; without one the demo collector keeps its flash in memory, and paths begin in the working directory
 */
export function createSource(
  text: string,
  settings: SerialSettings,
  clock: Clock = systemClock,
  home?: SourceHome,
): LineSource {
  const address = parseAddress(text)
  const name = sourceName(address)
  if (address.kind === 'demo') return demoSource(clock, home)
  if (address.kind === 'device') return deviceSource(address.path, name, settings, clock)
  if (address.kind === 'replay')
    return replaySource({ ...address, path: resolve(home?.directory ?? '', address.path) }, name, clock)
  const { host, port, kind } = address
  const server = { host, port, name, text: addressText(address) }
  if (kind === 'telnet') return telnetSource(server, clock)
  if (kind === 'rfc2217') return rfc2217Source(server, settings, clock)
  return tcpSource(host, port, name, server.text, clock)
}
