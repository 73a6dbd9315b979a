import { flag, text } from '../../lib/options/fields.ts'
import { readOptions, type Saved } from '../../lib/options/options.ts'
import { parseAddress } from '../../lib/serial/source/address.ts'
import {
  type LineSettings,
  maxLine,
  type SerialSettings,
  serialFields,
} from '../../lib/serial/source/settings.ts'

/** The options of a `fieldlog-port` node. */
export const portOptions = {
  name: text({ title: 'name', description: 'Shown in the editor.' }),
  path: text({
    title: 'port',
    description: '/dev/…, tcp://host:port or demo:; nothing is demo:, too.',
    env: true,
    problem: addressProblem,
  }),
  ...serialFields,
  maxLine,
  logEmptyLines: flag({
    title: 'log empty lines',
    description: 'Empty lines are readings, too; else they are only counted.',
    default: false,
  }),
}

export type PortOptions = Saved<typeof portOptions>

export interface PortSettings {
  path: string
  serial: SerialSettings
  lines: LineSettings
}

/** A port's settings, checked. @throws OptionsError */
export function readPortOptions(saved: Partial<PortOptions>): PortSettings {
  const { name: _, path, maxLine, logEmptyLines, ...serial } = readOptions(portOptions, saved)
  return { path, serial, lines: { maxLine, emptyLines: logEmptyLines } }
}

function addressProblem(address: string): string | undefined {
  try {
    parseAddress(address)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
