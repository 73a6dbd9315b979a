// How a port sends, as the user sets it: each setting once, for the runtime and the editor's panel.
import { choice, text } from '../../options/fields.ts'
import type { Settings } from '../../options/options.ts'
import type { LineEnd } from '../framing/frame.ts'
import type { FramingKind } from '../framing/settings.ts'

export const sendFields = {
  sendEnd: choice(['auto', 'none', 'lf', 'crlf', 'cr'], {
    title: 'line end sent',
    description: 'What is added to a text that is sent; automatically: what ends the lines that come in.',
    default: 'auto',
  }),
  startLines: text({
    title: 'startup lines',
    description: 'Sent after each connection, one after the other.',
    multiline: true,
  }),
  collector: choice(['auto', 'jeelink', 'other', 'none'], {
    title: 'collector',
    description:
      'A JeeLink is asked for what it kept while nobody listened, and its harmful commands are refused. Automatically: a device that has shown to be one.',
    default: 'auto',
  }),
}

export type SendSettings = Settings<typeof sendFields>

/** Of a port that says nothing else. */
export const defaultSendSettings: SendSettings = { sendEnd: 'auto', startLines: '', collector: 'none' }

const ends: Readonly<Record<string, string>> = { lf: '\n', crlf: '\r\n', cr: '\r' }
const foundEnds: Readonly<Record<LineEnd, string>> = { LF: '\n', 'CR LF': '\r\n', CR: '\r' }

/** @param isShown its lines have shown that it is one */
export function isJeelink({ collector }: SendSettings, isShown: boolean): boolean {
  return collector === 'jeelink' || (collector === 'auto' && isShown)
}

/**
 * What is added to a text that is sent.
 * @param framing how the port cuts what comes in
 * @param found what ends the lines that came in, where that was found automatically
 */
export function endOf(
  { sendEnd }: SendSettings,
  isJeelink: boolean,
  framing: FramingKind,
  found: LineEnd | undefined,
): string {
  if (sendEnd === 'none') return ''
  if (sendEnd !== 'auto') return ends[sendEnd] as string
  // its commands need no line end, and any byte would end the replay that the one before has begun
  if (isJeelink) return ''
  return ends[framing] ?? (found === undefined ? '\n' : foundEnds[found])
}

/** The startup lines, without empty ones. */
export function startLinesOf({ startLines }: SendSettings): string[] {
  return startLines.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '')
}
