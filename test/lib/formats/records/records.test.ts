import assert from 'node:assert/strict'
import { checkDefinition } from '../../../../lib/formats/check/check.ts'
import { compileFormats } from '../../../../lib/formats/compile.ts'
import type { LineOutcome } from '../../../../lib/formats/format.ts'
import type { FormatDefinition } from '../../../../lib/formats/model/definition.ts'
import type { Reading } from '../../../../lib/formats/model/reading.ts'
import {
  block,
  charger,
  historicFrame,
  linky,
  linkyStandard,
  p1,
  p1Event,
  p1Lines,
  readOut,
  readOutBytes,
  standardFrame,
  telegram,
} from './meters.ts'

/** What becomes of payloads of one source, by the number of the payload; parts of records are left out. */
function outcomes(
  definitions: FormatDefinition[],
  payloads: ReadonlyArray<string | Uint8Array | Partial<Reading>>,
): Record<number, unknown> {
  const formats = compileFormats(definitions)
  const all: Record<number, unknown> = {}
  payloads.forEach((given, i) => {
    const rest = typeof given === 'string' || given instanceof Uint8Array ? { payload: given } : given
    const reading = { payload: '', source: 's', id: `e-${i}`, seq: i, received: i * 10, ...rest }
    for (const { reading: of, outcome } of formats.take(reading)) {
      if (outcome.kind !== 'part') all[of.seq] = short(outcome)
    }
  })
  return all
}

function short(outcome: LineOutcome): unknown {
  if (outcome.kind === 'clean') return outcome.events[0]?.data
  return outcome.kind === 'rejected' ? outcome.reasons : outcome.kind
}

/** Lines as a port that ends them at a line feed gives them, without the empty ones. */
function linesOf(bytes: Buffer): Array<string | Uint8Array> {
  return bytes
    .toString('latin1')
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line !== '')
    .map((line) => (/[\x80-\xff]/.test(line) ? Buffer.from(line, 'latin1') : line))
}

describe('formats: records of many lines', () => {
  it('are definitions without problems', () => {
    for (const definition of [p1, charger, linky, linkyStandard, readOut]) {
      assert.deepEqual(checkDefinition(definition), [], definition.type)
    }
  })

  it('takes telegrams with and without the empty line that the port may not log, and as one frame', () => {
    const lines = telegram(p1Lines)
    assert.deepEqual(outcomes([p1], lines), { 0: p1Event })
    assert.deepEqual(
      outcomes(
        [p1],
        lines.filter((line) => line !== ''),
      ),
      { 0: p1Event },
    )
    assert.deepEqual(outcomes([p1], [lines.join('\r\n'), `${lines.join('\r\n')}\r\n`]), {
      0: p1Event,
      1: p1Event,
    })
  })

  it('rejects a telegram of which a digit is wrong, with both values', () => {
    const wrong = telegram(p1Lines).map((line) => line.replace('01.193', '01.793'))
    assert.deepEqual(outcomes([p1], wrong), { 0: ['check: crc16-arc: found A256, expected AA5D'] })
  })

  it('takes the gas of an old meter, a line below its tag, and what other channels say', () => {
    const old = [
      '/KMP5 KA6U',
      '',
      '1-0:1.8.1(00185.000*kWh)',
      '1-0:1.7.0(0000.98*kW)',
      '0-1:24.1.0(03)',
      '0-1:24.3.0(121030140000)(00)(60)(1)(0-1:24.2.1)(m3)',
      '(00024.123)',
      '!',
    ]
    assert.deepEqual(outcomes([p1], old), { 0: { energy: 185, power: 980, oldGas: 24.123 } })
  })

  it('takes blocks of a charger, line by line and as frames, whatever byte its checksum is', () => {
    const seen = new Set<number>()
    for (let n = 0; n < 256; n++) {
      // three characters whose sum goes up by one each time
      const filler = [0, 1, 2].map((i) => String.fromCharCode(32 + Math.floor((n + i) / 3))).join('')
      const lines = ['PID\t0xA053', `SER#\t${filler}`, 'V\t12003', 'VPV\t61000', 'LOAD\tON']
      const bytes = block(lines)
      seen.add(bytes.at(-1) as number)
      const event = { PID: '0xA053', V: 12.003, VPV: 61, LOAD: true }
      assert.deepEqual(
        outcomes([charger], linesOf(Buffer.concat([bytes, Buffer.from('\r\n')]))),
        { 0: event },
        `lines, ${bytes.at(-1)}`,
      )
      assert.deepEqual(outcomes([charger], [bytes]), { 0: event }, `frame, ${bytes.at(-1)}`)
    }
    assert.equal(seen.size, 256)
  })

  it('takes frames of a French meter in both modes, line by line and as frames', () => {
    const groups = ['ADCO 021728123456', 'BASE 002815235', 'PTEC TH..', 'PAPP 00750']
    const event = { meter: '021728123456', base: 2815235, power: 750, tariff: 'TH..' }
    const twice = Buffer.concat([historicFrame(groups), historicFrame(groups), Buffer.from('\x02\n')])
    assert.deepEqual(outcomes([linky], linesOf(twice)), { 0: 'unknown', 1: event, 5: event })
    assert.deepEqual(outcomes([linky], [historicFrame(groups).toString()]), { 0: event })
    const wrong = historicFrame(groups).toString().replace('00750', '00751')
    assert.deepEqual(outcomes([linky], [wrong]), {
      0: ['check: line 4: sum8: found "-", expected "."'],
    })
    const standard = standardFrame(['ADSC\t811775123456', 'EAST\t006484975', 'SMAXSN\tH081225223518\t04250'])
    const second = { meter: '811775123456', east: 6484975, most: 4250, mostAt: 'H081225223518' }
    assert.deepEqual(outcomes([linkyStandard], linesOf(Buffer.concat([standard, Buffer.from('\x02\n')]))), {
      0: 'unknown',
      1: second,
    })
    assert.deepEqual(outcomes([linkyStandard], [standard.toString()]), { 0: second })
  })

  it('takes read-outs as frames', () => {
    const bytes = readOutBytes('/XYZ5METER', ['F.F(00)', '0.0.0(00012345)', '1.8.0(000123.45*kWh)'])
    const event = { meter: '00012345', used: 123.45, fault: 0 }
    assert.deepEqual(outcomes([readOut], [bytes.toString('latin1')]), { 0: event })
    bytes[bytes.indexOf('123.45')] = 0x32
    const [reason] = outcomes([readOut], [bytes.toString('latin1')])[0] as string[]
    assert.match(reason ?? '', /^check: xor8: found [0-9A-F]{2}, expected [0-9A-F]{2}$/)
  })

  const pair: FormatDefinition = {
    type: 'pair',
    record: { start: '^a=', end: '^z', maxLines: 5, seconds: 3 },
    decoder: { kind: 'key-values', valueSeparator: '=' },
    fields: [
      { name: 'a', type: 'number' },
      { name: 'b', type: 'number' },
    ],
  }

  it('rejects as one what has no end in its place, and never mixes it with the next', () => {
    assert.deepEqual(outcomes([pair], ['b=9', 'z', 'a=1', 'b=2', 'a=3', 'b=4', 'z']), {
      0: 'unknown',
      1: 'unknown',
      2: ['record: found the start of the next one behind 2 lines (2…3), expected the end'],
      4: { a: 3, b: 4 },
    })
    assert.deepEqual(outcomes([pair], ['a=1', 'b=2', 'b=3', 'b=4', 'b=5', 'b=6', 'z']), {
      0: ['record: found 5 lines (0…4) and no end, expected 5 at most'],
      5: 'unknown',
      6: 'unknown',
    })
  })

  it('rejects what takes too long, what a restart or a reconnect has cut, and a damaged journal', () => {
    const late = { payload: 'z', received: 3_001 }
    assert.deepEqual(outcomes([pair], ['a=1', 'b=2', late]), {
      0: ['record: found 2 lines (0…1) and no end within 3 s'],
      2: 'unknown',
    })
    assert.deepEqual(outcomes([pair], ['a=1', { payload: 'z', received: 3_000 }]), { 0: { a: 1 } })
    assert.deepEqual(outcomes([pair], ['a=1', { payload: 'b=2', id: 'f-1' }, 'z']), {
      0: ['record: found that the gateway was started again behind 1 line (0…0)'],
      1: 'unknown',
      2: 'unknown',
    })
    assert.deepEqual(outcomes([pair], ['a=1', { payload: 'a=2', cut: 'start' }, 'b=2', 'z']), {
      0: ['record: found a line behind 1 line (0…0) of which a part is missing'],
      1: 'unknown',
      2: 'unknown',
      3: 'unknown',
    })
    const formats = compileFormats([pair])
    formats.take({ payload: 'a=1', source: 's', id: 'e-1', seq: 1, received: 0 })
    assert.deepEqual(
      formats.gap().map(({ outcome }) => short(outcome)),
      [['record: found 1 line (1…1), and behind them lines that cannot be read']],
    )
  })

  it('ends a record that has no end of its own where its start comes again', () => {
    const { end: _, ...record } = pair.record as NonNullable<FormatDefinition['record']>
    const other = { ...charger, type: 'other', check: undefined }
    const { check: _check, ...unchecked } = other
    assert.deepEqual(outcomes([{ ...pair, record }, unchecked], ['a=1', 'b=2', 'a=3', 'PID\t1', 'a=5']), {
      0: { a: 1, b: 2 },
      2: ['record: found the start of the next one behind 1 line (2…2), expected the end'],
      3: ['record: found the start of the next one behind 1 line (3…3), expected the end'],
    })
  })

  it('keeps sources apart, and other formats out of a record', () => {
    const single: FormatDefinition = {
      type: 'single',
      decoder: { kind: 'key-values', valueSeparator: '=' },
      fields: [{ name: 'b', type: 'number' }],
    }
    const of = (source: string, payload: string) => ({ source, payload })
    assert.deepEqual(
      outcomes(
        [single, pair],
        [
          of('s', 'a=1'),
          of('t', 'a=2'),
          of('s', 'b=3'),
          of('t', 'b=4'),
          of('u', 'b=5'),
          of('t', 'z'),
          of('s', 'z'),
          'b=6',
        ],
      ),
      { 0: { a: 1, b: 3 }, 1: { a: 2, b: 4 }, 4: { b: 5 }, 7: { b: 6 } },
    )
  })

  it('has records of 200 sources open at a time, and rejects the oldest for one more', () => {
    const starts = Array.from({ length: 201 }, (_, i) => ({ payload: 'a=1', source: `s${i}`, received: 0 }))
    assert.deepEqual(outcomes([pair], starts), {
      0: ['record: found records of more than 200 sources at a time'],
    })
  })

  it('chooses among the formats of records by what they hold', () => {
    const byModel = (type: string, is: string): FormatDefinition => ({
      ...pair,
      type,
      takes: { where: [{ from: 'model', is: [is] }] },
    })
    const formats = [byModel('first', 'x'), byModel('second', 'y')]
    const take = (model: string) => {
      const compiled = compileFormats(formats)
      const readings = ['a=1', `model=${model}`, 'z'].map((payload) => ({ payload, source: 's' }))
      const [outcome] = readings
        .flatMap((reading) => compiled.take(reading))
        .filter((each) => each.outcome.kind !== 'part')
      return outcome?.outcome.kind === 'clean' ? outcome.outcome.type : outcome?.outcome.kind
    }
    assert.deepEqual(['x', 'y', 'z'].map(take), ['first', 'second', 'unknown'])
  })
})
