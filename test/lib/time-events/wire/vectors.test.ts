// What the usual client and server of time events put on the wire and into the log, byte for byte.
import assert from 'node:assert/strict'
import {
  decodeFrame,
  encodeFrame,
  frameCrc,
  frameProblems,
  longestFrame,
} from '../../../../lib/time-events/wire/frame.ts'
import { logLine } from '../../../../lib/time-events/wire/log-line.ts'
import { decodeReport, encodeReport, utcOf } from '../../../../lib/time-events/wire/report.ts'
import { sourceParts, type TimeEvent } from '../../../../lib/time-events/wire/time-event.ts'
import vectors from '../../../fixtures/time-events.json' with { type: 'json' }
import { fc } from '../../../support/random.ts'

const goldenFrames = vectors.frames.slice(0, 2).map(({ hex }) => Buffer.from(hex, 'hex'))

describe('frames of time events', () => {
  it('have a CRC that starts from 0xFFFFFFFF', () => {
    const { input, crc32_started_from_FFFFFFFF: expected } = vectors.crc_check
    assert.equal(frameCrc(Buffer.from(`${input}0000`)).toString(16), expected)
  })

  for (const { hex, note, ...event } of vectors.frames) {
    it(`decode and encode: ${event.cat} of ${event.source}${note ? `, ${note}` : ''}`, () => {
      assert.deepEqual(decodeFrame(Buffer.from(hex, 'hex')), event)
      assert.equal(encodeFrame(event).toString('hex'), hex)
    })
  }

  it('are refused wherever they are cut', () => {
    for (const frame of goldenFrames) {
      for (let length = 0; length < frame.length; length++) {
        const problem = decodeFrame(frame.subarray(0, length))
        assert.equal(problem, length < 8 ? 'short' : 'crc', `the first ${length} bytes`)
      }
    }
  })

  it('are refused with any single bit flipped', () => {
    let flips = 0
    for (const frame of goldenFrames) {
      for (let bit = 0; bit < frame.length * 8; bit++) {
        const flipped = Buffer.from(frame)
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        assert.equal(decodeFrame(flipped), bit < 32 ? 'header' : 'crc', `bit ${bit}`)
        flips++
      }
    }
    assert.equal(flips, 856)
  })
})

describe('reports of time events', () => {
  for (const vector of vectors.reports) {
    const { hex, deviceID, seqNo, realTime, monoTime } = vector
    const events: TimeEvent[] = vector.events
    const identity = {
      nodeId: deviceID.node_id,
      firmware: deviceID.firmware_version,
      locationId: deviceID.location_id,
    }
    const report = { identity, seqNo, realTime, monoTime, events }

    it(`decode and encode: ${events.length} events of ${identity.nodeId}`, () => {
      assert.deepEqual(decodeReport(Buffer.from(hex, 'hex')), report)
      assert.equal(Buffer.from(encodeReport(report)).toString('hex'), hex)
    })

    it(`tell the time and the log line of each event of ${identity.nodeId}`, () => {
      const { utc_of_events_ms: times, local_log_lines: lines } = vector
      if (times)
        assert.deepEqual(
          events.map((event) => utcOf(event, report)),
          times,
        )
      if (lines) assert.deepEqual(events.map(logLine), lines)
    })
  }

  it('are refused where a required field is missing, or they are cut', () => {
    const bytes = Buffer.from(vectors.reports[0]!.hex, 'hex')
    const wrong = { code: 'REPORT_WRONG' }
    assert.throws(() => decodeReport(Buffer.alloc(0)), wrong)
    assert.throws(() => decodeReport(bytes.subarray(0, 12)), wrong)
    assert.throws(() => decodeReport(bytes.subarray(0, -1)), wrong)
  })
})

describe('the log line of a time event', () => {
  it('names days from the first on, and stands for what is absent', () => {
    const event = { time: 86_400_000 + 3_661_042, cat: 'A', source: 's[1]' }
    assert.equal(logLine(event), 's[1] [1d,01:01:01.042] A: time-event: [UNI] ')
  })
})

describe('a datagram that is no frame', () => {
  const body = (hex: string) => {
    const frame = Buffer.concat([Buffer.from('$TEL'), Buffer.from(hex, 'hex'), Buffer.alloc(4)])
    frame.writeUInt32BE(frameCrc(frame), frame.length - 4)
    return frame
  }
  const long = encodeFrame({ time: 1, cat: 'A', source: 'b', msg: 'x'.repeat(8_174) })
  const cases: Array<[string, Buffer, unknown]> = [
    ['is short', Buffer.from('$TEL000'), 'short'],
    ['begins otherwise', Buffer.from('$TEMxxxx'), 'header'],
    ['has another CRC', Buffer.from('$TELxxxx'), 'crc'],
    ['is one byte too long', long, 'oversize'],
    ['ends within a field', body('0801 1a05 41'.replaceAll(' ', '')), 'protobuf'],
    ['has a text where the time is', body('0a01311a0141220162'), 'protobuf'],
    ['has a field 0', body('08011a014122016200'), 'protobuf'],
    ['has no category', body('0801220162'), 'required'],
    ['has no source', body('08011a0141'), 'required'],
    ['has no time', body('1a0141220162'), 'required'],
    ['is empty', body(''), 'required'],
    ['has bytes that are no UTF-8', body('08011a01ff220162'), 'utf8'],
    ['has a time over 2^53', body('0880808080808080101a0141220162'), 'time'],
  ]
  for (const [name, datagram, problem] of cases) {
    it(`${name}: ${problem}`, () => assert.equal(decodeFrame(datagram), problem))
  }

  it('is told, whatever its bytes are, and nothing throws', () => {
    const field = fc.tuple(
      fc.constantFrom(0x08, 0x0a, 0x12, 0x1a, 0x22, 0x2a, 0x32, 0x3a, 0x40),
      fc.uint8Array(),
    )
    const fields = fc.array(field, { maxLength: 8 })
    const found = new Set<string>()
    fc.assert(
      fc.property(fields, (all) => {
        const bytes = all.map(([tag, content]) => Buffer.from([tag, content.length, ...content]))
        const result = decodeFrame(body(Buffer.concat(bytes).toString('hex')))
        if (typeof result !== 'string') return encodeFrame(result).length > 8
        found.add(result)
        return frameProblems.includes(result)
      }),
      { numRuns: 2_000 },
    )
    assert.ok(found.has('protobuf') && found.has('required'))
  })

  it('is told for one of the reasons that are counted', () => {
    assert.deepEqual([...new Set(cases.map(([, , problem]) => problem))], frameProblems)
  })

  it('was cut by its transport', () => {
    assert.equal(decodeFrame(goldenFrames[0]!, true), 'oversize')
  })

  it('is one with fields of later versions, which are skipped, or with a field twice, of which the last counts', () => {
    assert.deepEqual(decodeFrame(body('08011a0141220162420178')), { time: 1, cat: 'A', source: 'b' })
    assert.deepEqual(decodeFrame(body('08011a01412201621a0143')), { time: 1, cat: 'C', source: 'b' })
  })

  it('is one of the longest length', () => {
    const longest = encodeFrame({ time: 1, cat: 'A', source: 'b', msg: 'x'.repeat(8_173) })
    assert.deepEqual([longest.length, long.length], [longestFrame, longestFrame + 1])
  })
})

describe('the source of a time event', () => {
  it('is a name and the number of a process, where it has one', () => {
    assert.deepEqual(sourceParts('shim[709]'), { name: 'shim', pid: 709 })
    assert.deepEqual(sourceParts('a[b][7]'), { name: 'a[b]', pid: 7 })
    for (const name of ['shim', '', 'a[]', 'a[x]', 'a[7]b']) assert.deepEqual(sourceParts(name), { name })
  })
})
