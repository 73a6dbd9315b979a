import { type CatchUpOptions, catchUpFields } from '../../lib/catch-up/settings.ts'
import { type Fields, flag, text } from '../../lib/options/fields.ts'
import { readOptions, type Saved, type Settings } from '../../lib/options/options.ts'
import { framingFields, type LineSettings, maxLine } from '../../lib/serial/framing/settings.ts'
import { type SendSettings, sendFields } from '../../lib/serial/sending/settings.ts'
import { chosenSource, parseAddress, sourceNameProblem } from '../../lib/serial/source/address.ts'
import { type SerialSettings, serialFields } from '../../lib/serial/source/settings.ts'
import { type WatchSettings, watchFields } from '../../lib/serial/watch/settings.ts'
import { type Sentence, sentenceIn } from '../../lib/words/sentence.ts'

/** The options of a `fieldlog-port` node. */
export const portOptions = {
  name: text({
    title: 'name',
    description: 'Shown in the editor, and the name in the log where no other is given.',
  }),
  path: text({
    title: 'port',
    description:
      '/dev/…, usb:vendor:product[:serial number], tcp://, telnet:// or rfc2217://host:port, demo:, or replay:file; nothing is demo:, too.',
    env: true,
    problem: addressProblem,
  }),
  sourceName: text({
    title: 'name in the log',
    description: "What the log calls the source; by default the port's name, else what its address says.",
    env: true,
    problem: sourceNameProblem,
  }),
  nameIsSource: flag({
    title: 'the name is the name in the log',
    description: 'Off in flows from before it was so: what their sources are called does not change.',
    default: true,
  }),
  ...serialFields,
  ...watchFields,
  ...framingFields,
  maxLine,
  logEmptyLines: flag({
    title: 'log empty lines',
    description: 'Empty lines are readings, too; else they are only counted.',
    default: false,
  }),
  ...catchUpFields,
  ...sendFields,
}

export type PortOptions = Saved<typeof portOptions>

export interface PortSettings {
  path: string
  /** in the log; empty: what the address says */
  name: string
  serial: SerialSettings
  lines: LineSettings
  catchUp: CatchUpOptions
  watch: WatchSettings
  sending: SendSettings
}

/** A port's settings, checked. @throws OptionsError */
export function readPortOptions(saved: Partial<PortOptions>): PortSettings {
  const settings = readOptions(portOptions, saved)
  const { path, maxLine, logEmptyLines } = settings
  const framing = only(framingFields, settings)
  return {
    path,
    name: chosenSource(settings),
    serial: only(serialFields, settings),
    lines: { maxLine, emptyLines: logEmptyLines, framing },
    catchUp: only(catchUpFields, settings),
    watch: only(watchFields, settings),
    sending: only(sendFields, settings),
  }
}

/** The settings of some of the fields. */
function only<Some extends Fields>(fields: Some, settings: Settings<Some>): Settings<Some> {
  const entries = Object.keys(fields).map((name) => [name, settings[name as keyof Settings<Some>]] as const)
  return Object.fromEntries(entries) as Settings<Some>
}

function addressProblem(address: string): Sentence | undefined {
  try {
    parseAddress(address)
    return undefined
  } catch (error) {
    return sentenceIn(error)
  }
}
