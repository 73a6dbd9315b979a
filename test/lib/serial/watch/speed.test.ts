import assert from 'node:assert/strict'
import { createFramer } from '../../../../lib/serial/framing/create-framer.ts'
import { SpeedWatch } from '../../../../lib/serial/watch/speed.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { heard } from '../../../support/uart.ts'
import { lineSettings } from '../framing/helper.ts'

/** A code page of one byte a letter: each of these letters is the byte at its place from `first` on. */
function encoded(text: string, letters: string, first: number): Buffer {
  return Buffer.from(
    [...text].map((letter) => {
      const place = letters.indexOf(letter)
      return place === -1 ? letter.charCodeAt(0) : first + place
    }),
  )
}

const repeated = (text: string | Buffer, bytes = 6_000) => {
  const once = Buffer.from(text as string)
  return Buffer.concat(Array.from({ length: Math.ceil(bytes / once.length) }, () => once))
}

const packets = Array.from({ length: 31 }, (_, i) => `OK ${i} ${(i * 7) % 256} ${(i * 31) % 256} 0`).join(
  '\r\n',
)
const russian = 'температура в комнате двадцать один градус\r\nвлажность пятьдесят процентов\r\n'
const koi8 = 'юабцдефгхийклмнопярстужвьызшэщчъ'

const texts: Record<string, Buffer> = {
  'packets of a JeeLink': repeated(`${packets}\r\n`),
  'Russian in UTF-8': repeated(russian),
  'Greek in UTF-8': repeated('Θερμοκρασία δωματίου είκοσι ένα\n'),
  'Chinese in UTF-8': repeated('温度二十一度，湿度百分之五十\n'),
  'German in Latin-1': repeated(Buffer.from('Außenfühler größer als 21,5 °C\r\nöl übermäßig\r\n', 'latin1')),
  'French in Latin-1': repeated(Buffer.from('Température extérieure élevée à été\r\n', 'latin1')),
  'Russian in KOI8-R': repeated(encoded(russian, koi8, 0xc0)),
  'Russian in CP866': repeated(encoded(russian, 'абвгдежзийклмноп', 0xa0)),
}

/** Reads bytes by 40, one chunk each `pause` ms; gives whether the speed looked wrong, and each change. */
function judged(bytes: Buffer, pause = 10) {
  const clock = new FakeClock()
  const watch = new SpeedWatch(clock)
  const framer = createFramer(lineSettings({}, 65_536), clock, {
    frame: (frame) => watch.frame(frame),
    found: () => undefined,
  })
  const changes: boolean[] = []
  framer.begin(false)
  for (let at = 0; at < bytes.length; at += 40) {
    const chunk = bytes.subarray(at, at + 40)
    framer.push(chunk, 0)
    if (watch.look(chunk)) changes.push(watch.isWrong)
    clock.tick(pause)
  }
  return { isWrong: watch.isWrong, changes }
}

describe('A wrong speed', () => {
  for (const [name, bytes] of Object.entries(texts)) {
    it(`is not seen in ${name} at the right one`, () => {
      assert.deepEqual(judged(bytes), { isWrong: false, changes: [] })
    })
  }

  it('is seen where a JeeLink is read at another than 57,600', () => {
    const sent = repeated(`${packets}\r\n`, 30_000)
    const missed = [1200, 2400, 4800, 19_200, 38_400, 115_200, 230_400, 460_800, 921_600].filter(
      (speed) => !judged(heard(sent, 57_600, speed), 400).isWrong,
    )
    assert.deepEqual(missed, [])
  })

  it('is told once, after 2,000 bytes or 5 seconds, and is over when lines are right', () => {
    const garbage = heard(texts['packets of a JeeLink']!, 57_600, 230_400)
    const right = texts['packets of a JeeLink']!
    assert.deepEqual(judged(garbage.subarray(0, 1_960)).changes, [])
    assert.deepEqual(judged(garbage.subarray(0, 2_000)).changes, [true])
    assert.deepEqual(judged(garbage.subarray(0, 80), 5_000).changes, [true])
    assert.deepEqual(judged(Buffer.concat([garbage, right, right])).changes, [true, false])
  })

  it('is not seen in a few bytes that come by chance', () => {
    assert.deepEqual(judged(Buffer.from('ff00fe80'.repeat(10), 'hex'), 60_000).changes, [])
  })
})
