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
