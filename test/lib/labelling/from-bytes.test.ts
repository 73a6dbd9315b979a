// From the bytes of a port to clean events, with random devices that are opened in the middle and cut anywhere: a value
// that comes out as good is one that the device has sent, and no byte is missing in the journal.
import assert from 'node:assert/strict'
import { entryOf } from '../../../lib/delivery/intake.ts'
import { compileFormats } from '../../../lib/formats/compile.ts'
import type { LineOutcome } from '../../../lib/formats/format.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import type { Reading } from '../../../lib/formats/model/reading.ts'
import { unescapeLine } from '../../../lib/journal/format/text.ts'
import type { Frame } from '../../../lib/serial/framing/frame.ts'
import type { FramingSettings } from '../../../lib/serial/framing/settings.ts'
import { framedLine } from '../../../lib/serial/port-line.ts'
import { fc } from '../../support/random.ts'
import { lineSettings, madeFramer } from '../serial/framing/helper.ts'

/** A kind of device: how it writes a reading, how its bytes are framed, and what reads them. */
interface Kind {
  name: string
  framing: Partial<FramingSettings>
  format: FormatDefinition
  /** the bytes of one reading, in Latin-1 */
  write(value: number): string
  /** bytes between the frames, which are in none */
  delimiters?: RegExp
}

const integer = (name: string) => ({ name, type: 'integer' as const })
const numbers = [integer('a'), integer('b')]
/** The second number tells whether the first one is whole, and of the same reading. */
const second = (value: number) => (value * 7919) % 99_991
const data = (value: number) => ({ a: value, b: second(value) })

const columns: FormatDefinition = {
  type: 'columns',
  decoder: { kind: 'columns', delimiter: ' ' },
  fields: numbers.map((field, from) => ({ ...field, from })),
}
const pairs: FormatDefinition = {
  type: 'pairs',
  decoder: { kind: 'key-values', pairSeparator: ' ', valueSeparator: '=' },
  fields: numbers,
}
const checked: FormatDefinition = {
  type: 'checked',
  check: { kind: 'xor8', from: '$', to: '*' },
  decoder: { kind: 'pattern', pattern: '^\\$X,(?P<a>[0-9]+),(?P<b>[0-9]+)$' },
  fields: numbers,
}
const record: FormatDefinition = {
  type: 'record',
  record: { start: '^a=', end: '^z', maxLines: 8, seconds: 60 },
  decoder: { kind: 'key-values', valueSeparator: '=' },
  fields: numbers,
}
const binary: FormatDefinition = {
  type: 'binary',
  check: { kind: 'sum16', to: -2, at: -2, written: 'bytes' },
  decoder: { kind: 'bytes', start: '42 4D', minBytes: 12, maxBytes: 12 },
  fields: [
    { name: 'a', from: 2, read: 'u32be', type: 'integer' },
    { name: 'b', from: 6, read: 'u32be', type: 'integer' },
  ],
}

const asColumns = (value: number) => `${value} ${second(value)}`
const asPairs = (value: number) => `a=${value} b=${second(value)}`

function asChecked(value: number): string {
  const body = `X,${value},${second(value)}`
  const sum = Buffer.from(body).reduce((all, byte) => all ^ byte, 0)
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}`
}

function asBinary(value: number): string {
  const frame = Buffer.alloc(12)
  frame.write('BM')
  frame.writeUInt32BE(value, 2)
  frame.writeUInt32BE(second(value), 6)
  frame.writeUInt16BE(
    frame.subarray(0, 10).reduce((sum, byte) => sum + byte, 0),
    10,
  )
  return frame.toString('latin1')
}

/** SLIP, RFC 1055. */
const slip = (text: string) => `\xc0${text.replaceAll('\xdb', '\xdb\xdd').replaceAll('\xc0', '\xdb\xdc')}\xc0`

const kinds: Kind[] = [
  ...(['auto', 'lf'] as const).map((framing) => ({
    name: `columns, ${framing}`,
    framing: { framing },
    format: columns,
    write: (value: number) => `${asColumns(value)}\n`,
    delimiters: /\n/g,
  })),
  ...(['auto', 'crlf'] as const).map((framing) => ({
    name: `pairs, ${framing}`,
    framing: { framing },
    format: pairs,
    write: (value: number) => `${asPairs(value)}\r\n`,
  })),
  {
    name: 'columns, cr',
    framing: { framing: 'cr' },
    format: columns,
    write: (value) => `${asColumns(value)}\r`,
    delimiters: /\r/g,
  },
  {
    name: 'columns between semicolons',
    framing: { framing: 'delimiter', delimiter: ';' },
    format: columns,
    write: (value) => `${asColumns(value)};`,
    delimiters: /;/g,
  },
  {
    name: 'columns between STX and ETX',
    framing: { framing: 'marks', frameStart: '\\x02', frameEnd: '\\x03', keepMarks: false },
    format: columns,
    write: (value) => `\x02${asColumns(value)}\x03`,
  },
  {
    name: 'a checksum in the line',
    framing: {},
    format: checked,
    write: (value) => `${asChecked(value)}\r\n`,
  },
  {
    name: 'records of three lines',
    framing: {},
    format: record,
    write: (value) => `a=${value}\nb=${second(value)}\nz\n`,
    delimiters: /\n/g,
  },
  {
    name: 'binary frames by their first bytes',
    framing: { framing: 'fixed', frameSize: 12, frameSync: 'BM' },
    format: binary,
    write: asBinary,
    delimiters: /(?!)/g,
  },
  { name: 'SLIP', framing: { framing: 'slip' }, format: binary, write: (value) => slip(asBinary(value)) },
]

/** What one connection carries: readings, opened in the middle of the first one, cut in the middle of the last one. */
const connection = fc.record({
  values: fc.array(fc.integer({ min: 100, max: 4_000_000 }), { minLength: 1, maxLength: 6 }),
  skip: fc.nat(30),
  drop: fc.nat(30),
  /** the stream is cut out of a longer one; else the first byte begins a reading for certain */
  isRunning: fc.boolean(),
  sizes: fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 10 }),
})

describe('labelling: from the bytes of a port', () => {
  for (const kind of kinds) {
    it(`${kind.name}: nothing is good that was not sent`, function () {
      this.timeout(60_000)
      let good = 0
      fc.assert(
        fc.property(fc.array(connection, { minLength: 1, maxLength: 5 }), (connections) => {
          const { frames, sent, bytes } = hear(kind, connections)
          const taken = goodOf(kind.format, frames)
          good += taken.length
          for (const one of taken)
            assert.ok(sent.has(JSON.stringify(one)), `${JSON.stringify(one)} was never sent`)
          if (kind.delimiters) assert.equal(logged(frames), bytes.replace(kind.delimiters, ''))
        }),
        { numRuns: process.env.FIELDLOG_SOAK === '1' ? 20_000 : 500 },
      )
      // else the property says nothing
      assert.ok(good > 500, `${good} readings came out as good`)
    })
  }
})

interface Connection {
  values: number[]
  skip: number
  drop: number
  isRunning: boolean
  sizes: number[]
}

function hear(kind: Kind, connections: readonly Connection[]) {
  const { framer, frames, clock } = madeFramer(lineSettings(kind.framing, 4_096))
  const sent = new Set<string>()
  let bytes = ''
  let time = 0
  for (const { values, skip, drop, isRunning, sizes } of connections) {
    const stream = values.map(kind.write).join('')
    for (const value of values) sent.add(JSON.stringify(data(value)))
    const heard = stream.slice(isRunning ? skip : 0, Math.max(0, stream.length - drop))
    bytes += heard
    framer.begin(!isRunning)
    for (let at = 0, turn = 0; at < heard.length; turn++) {
      const size = sizes[turn % sizes.length]!
      framer.push(Buffer.from(heard.slice(at, at + size), 'latin1'), ++time)
      at += size
    }
    clock.tick(2_000)
    framer.lost()
  }
  return { frames, sent, bytes }
}

/** The data of all clean events, records that never end included. */
function goodOf(format: FormatDefinition, frames: readonly Frame[]): unknown[] {
  const formats = compileFormats([format])
  const outcomes: LineOutcome[] = []
  let last: Reading | undefined
  for (const [index, { payload, cut, received }] of frames.entries()) {
    last = { payload, cut, received, source: 'x', id: `e-${index}`, seq: index + 1 }
    outcomes.push(...formats.take(last).map(({ outcome }) => outcome))
  }
  return outcomes.flatMap((outcome) =>
    outcome.kind === 'clean' ? outcome.events.map((event) => event.data) : [],
  )
}

/** What the journal gives back of all frames, in Latin-1. */
function logged(frames: readonly Frame[]): string {
  return frames
    .map((frame) => {
      const { payload, received } = framedLine(frame, 'x', true)
      const { text } = entryOf({ payload, received, source: 'x', framed: {} }, received, 'x')
      return Buffer.from(unescapeLine(text) as Buffer).toString('latin1')
    })
    .join('')
}
