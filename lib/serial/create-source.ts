// Makes the source that an address names.

import { resolve } from 'node:path'
import { type Clock, systemClock } from '../kit/clock.ts'
import { demoSource } from './demo/demo-source.ts'
import { replaySource } from './replay/replay-source.ts'
import { addressText, nameInLog, parseAddress } from './source/address.ts'
import { deviceSource, type OpenDevice } from './source/device.ts'
import type { ListPorts } from './source/listed.ts'
import type { SerialSettings } from './source/settings.ts'
import type { LineSource, SourceHome } from './source/source.ts'
import { tcpSource } from './source/tcp.ts'
import { rfc2217Source, telnetSource } from './source/telnet.ts'
import { findUsb } from './source/usb.ts'

/** What a source may be given. */
export interface SourceOptions {
  /** its name in the log; default: what its address says */
  name?: string
  clock?: Clock
  /** of the gateway; without one the demo collector keeps its flash in memory, and paths begin in the working directory */
  home?: SourceHome | undefined
  /** stand in for the system in tests */
  list?: ListPorts
  open?: OpenDevice
}

/** The source for an address as the user writes it. Throws an Error in words where it is none. */
export function createSource(
  text: string,
  settings: SerialSettings,
  { name: chosen = '', clock = systemClock, home, list, open }: SourceOptions = {},
): LineSource {
  const address = parseAddress(text)
  const name = nameInLog(address, chosen)
  if (address.kind === 'demo') return demoSource(clock, home)
  if (address.kind === 'device' || address.kind === 'usb') {
    const find = address.kind === 'usb' ? () => findUsb(address, list, clock) : async () => address.path
    return deviceSource({ name, text: addressText(address), find }, settings, clock, open)
  }
  if (address.kind === 'replay')
    return replaySource({ ...address, path: resolve(home?.directory ?? '', address.path) }, name, clock)
  const { host, port, kind } = address
  const server = { host, port, name, text: addressText(address) }
  if (kind === 'telnet') return telnetSource(server, clock)
  if (kind === 'rfc2217') return rfc2217Source(server, settings, clock)
  return tcpSource(host, port, name, server.text, clock)
}
