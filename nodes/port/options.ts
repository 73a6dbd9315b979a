import { type Fields, flag, text } from '../../lib/options/fields.ts'
import { readOptions, type Saved, type Settings } from '../../lib/options/options.ts'
import { framingFields, type LineSettings, maxLine } from '../../lib/serial/framing/settings.ts'
import { parseAddress } from '../../lib/serial/source/address.ts'
import { type SerialSettings, serialFields } from '../../lib/serial/source/settings.ts'

/** The options of a `fieldlog-port` node. */
export const portOptions = {
  name: text({ title: 'name', description: 'Shown in the editor.' }),
  path: text({
    title: 'port',
    description:
      '/dev/…, tcp://, telnet:// or rfc2217://host:port, demo:, or replay:file; nothing is demo:, too.',
    env: true,
    problem: addressProblem,
  }),
  ...serialFields,
  ...framingFields,
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
  const settings = readOptions(portOptions, saved)
  const { path, maxLine, logEmptyLines } = settings
  const framing = only(framingFields, settings)
  return {
    path,
    serial: only(serialFields, settings),
    lines: { maxLine, emptyLines: logEmptyLines, framing },
  }
}

/** The settings of some of the fields. */
function only<Some extends Fields>(fields: Some, settings: Settings<Some>): Settings<Some> {
  const entries = Object.keys(fields).map((name) => [name, settings[name as keyof Settings<Some>]] as const)
  return Object.fromEntries(entries) as Settings<Some>
}

function addressProblem(address: string): string | undefined {
  try {
    parseAddress(address)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
