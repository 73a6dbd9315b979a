import assert from 'node:assert/strict'
import { jeelinkFormats, room } from '../../../lib/formats/library/jeelink.ts'
import { countByFormat, previewFormat, unknownReadings } from '../../../lib/preview/format-preview.ts'
import type { RecentReading } from '../../../lib/preview/reading.ts'

const lines = [
  'OK 12 1 118 182 0',
  'OK 12 1 118 182',
  'OK 9 213 11 68 235 151 90 99 6 88 198 136 89',
  '? 1 2 3',
  'OK 4 255 118 0 2',
  'OK 12 1 118',
  'OK 7 1 2 3',
]
const readings: RecentReading[] = [
  ...lines.map((text, i) => ({ ...reading(i + 1), text })),
  { ...reading(8), bytes: btoa('\xff\x00') },
  { ...reading(9), kind: 'E', json: { a: 1 } },
]

function reading(seq: number): RecentReading {
  return { seq, id: `e-${seq}`, kind: 'L', source: 'ttyUSB0', received: seq * 1000, time: seq * 1000 }
}

describe('preview: a format on the last readings', () => {
  it('counts, and shows the newest first', () => {
    const preview = previewFormat(room, readings)
    const { tried, clean, rejected, suppressed, other } = preview
    assert.deepEqual([tried, clean, rejected, suppressed, other], [9, 2, 2, 0, 5])
    assert.deepEqual(
      preview.events.map(({ reading }) => reading.seq),
      [5, 1],
    )
    assert.deepEqual(preview.reasons, [{ reason: 'decode: packet: found 3 bytes, expected 4', count: 2 }])
    assert.deepEqual(preview.rejects[0]?.reasons, ['decode: packet: found 2 bytes, expected 4'])
  })

  it('sums up each field, with what is implausible', () => {
    const { fields } = previewFormat(room, readings)
    assert.deepEqual(fields[0], {
      name: 'light',
      unit: '%',
      count: 2,
      least: 0,
      greatest: 100,
      implausible: 0,
    })
    assert.deepEqual(fields[3], {
      name: 'temp',
      unit: '°C',
      count: 2,
      least: -51.2,
      greatest: 18.2,
      implausible: 1,
    })
  })

  it('leaves out repeats as the running format would', () => {
    const twice = [...readings, { ...reading(10), text: lines[0] as string }]
    const { clean, suppressed } = previewFormat({ ...room, drop: { unchanged: 60 } }, twice)
    assert.deepEqual([clean, suppressed], [2, 1])
  })

  it('tells the lines that no format takes', () => {
    const unknown = unknownReadings(jeelinkFormats, readings)
    assert.deepEqual(
      unknown.map(({ seq }) => seq),
      [4, 7, 8, 9],
    )
  })
})

describe('preview: how many readings each format of a list takes', () => {
  const hall = { ...room, name: 'another format of this type' }

  it('counts each reading for the format that takes it first, of two of one type, too', () => {
    assert.deepEqual(countByFormat([room, hall], 'first', readings), [4, 0])
    const only12 = { ...hall, takes: { nodes: [12] } }
    assert.deepEqual(countByFormat([only12, room], 'first', readings), [3, 1])
    assert.deepEqual(countByFormat([room, only12], 'first', readings), [4, 0])
  })

  it('gives a reading to the format that fits it best where the node does so', () => {
    const anyNode = { ...hall, takes: {} }
    const [first] = countByFormat([anyNode, room], 'first', readings)
    assert.equal(first, 6)
    assert.deepEqual(countByFormat([anyNode, room], 'best', readings), [2, 4])
  })
})
