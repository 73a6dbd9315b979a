// How long an entry may be. Readers and archives hold a batch in memory, and give up a stretch without a C line at 256 MiB:
// what is longer would be acknowledged, and never be read again.

/** Bytes of text (UTF-8, as it stands in the file) that an entry has at most, unless an option says otherwise. */
export const defaultEntryLimit = 16 << 20
/**
 * What the option may be at most. A structured event of another day is escaped in its R line, to four times its length at
 * most, and must still fit into what a reader takes for one batch.
 */
export const largestEntryLimit = 60 << 20

/** An entry that is longer than the journal takes; none of it is kept. */
export class EntryTooLongError extends Error {
  readonly code = 'ENTRY_TOO_LONG'

  constructor(bytes: number, limit: number) {
    const [given, most] = [bytes, limit].map((count) => count.toLocaleString('en-US'))
    super(
      `journal: an entry of ${given} bytes or more is longer than the ${most} that one may have: ` +
        'send it in parts, or keep it elsewhere and log where it is',
    )
  }
}

/**
 * Levels of arrays and objects in each other that the JSON of an entry has at most. Much deeper ones are more than
 * JSON.stringify and Node-RED's copying of messages get through.
 */
export const deepestJson = 1_000

const quote = 0x22
const backslash = 0x5c
/** their ends are two characters behind them */
const bracket = 0x5b
const brace = 0x7b

/** A structured event that is nested deeper than the journal takes; none of it is kept. */
export class EntryTooDeepError extends Error {
  readonly code = 'ENTRY_TOO_DEEP'

  constructor() {
    super(
      `journal: an event of more than ${deepestJson.toLocaleString('en-US')} arrays and objects in each other is nested too deep: ` +
        'send it flatter, or as text',
    )
  }
}

/** Throws an EntryTooDeepError where JSON is nested deeper than `deepestJson`. */
export function checkDepth(json: string): void {
  if (isTooDeep(json)) throw new EntryTooDeepError()
}

/** Whether JSON is nested deeper than so many levels. */
export function isTooDeep(json: string, deepest = deepestJson): boolean {
  // each level opens and closes
  if (json.length <= 2 * deepest) return false
  let depth = 0
  for (let at = 0; at < json.length; at++) {
    switch (json.charCodeAt(at)) {
      case quote:
        at = stringEnd(json, at)
        break
      case bracket:
      case brace:
        if (++depth > deepest) return true
        break
      case bracket + 2:
      case brace + 2:
        depth--
    }
  }
  return false
}

/** Where the string that begins at a quote ends. */
function stringEnd(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let escapes = 0
    while (json.charCodeAt(end - 1 - escapes) === backslash) escapes++
    if (escapes % 2 === 0) return end
  }
  return json.length
}

/** Throws an EntryTooLongError where the text has more bytes than `limit`. */
export function checkLength(text: string, limit: number): void {
  // a UTF-16 unit takes three bytes at most
  if (text.length * 3 <= limit) return
  const bytes = text.length > limit ? text.length : Buffer.byteLength(text)
  if (bytes > limit) throw new EntryTooLongError(bytes, limit)
}

/** Throws a RangeError where it is no limit. */
export function checkEntryLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= largestEntryLimit) return
  throw new RangeError(`journal: ${limit} is no limit of an entry: give 1 to ${largestEntryLimit} bytes`)
}
