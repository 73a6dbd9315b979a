import assert from 'node:assert/strict'
import { jeelinkFormats } from '../../../../lib/formats/library/jeelink.ts'
import {
  encodeHomePower,
  encodeOpenTherm,
  encodeOpenThermClock,
  encodeRadioBlip,
  encodeRoom,
  encodeS300,
  encodeSmaRelay,
  okLine,
  pulseTime,
} from '../../../../lib/serial/demo/packets.ts'
import { clean } from '../../formats/helper.ts'

describe('The demo packets', () => {
  it('give the room vector', () => {
    const room = encodeRoom({ light: 0.4, moved: false, humi: 59, temp: 18.2, lobat: false })
    assert.equal(okLine(12, room), 'OK 12 1 118 182 0')
    assert.equal(okLine(2, [1, 109, 178, 0], 0x20), 'OK 34 1 109 178 0')
  })

  it('hold a room temperature as signed tenths in ten bits, the low battery above them', () => {
    const bytes = (temp: number, lobat: boolean) =>
      encodeRoom({ light: 100, moved: true, humi: 100, temp, lobat })
    assert.deepEqual(bytes(-0.1, false), [255, 201, 0xff, 3])
    assert.deepEqual(bytes(-50, true), [255, 201, 0x0c, 6])
    assert.deepEqual(bytes(51.1, true), [255, 201, 0xff, 5])
  })

  it('give the homepower vector', () => {
    const pairs = encodeHomePower([
      { pulses: 3029, power: 7.8947 },
      { pulses: 23_191, power: 1800000 / 1635 },
      { pulses: 50_776 + 65_536, power: 1800000 / 22_920 },
    ])
    assert.equal(okLine(9, pairs), 'OK 9 213 11 68 235 151 90 99 6 88 198 136 89')
  })

  it('write a pulse time in ms, from a minute on in seconds', () => {
    assert.deepEqual(
      [0, 1800, 30, 29.9, 7.8947, 0.001].map(pulseTime),
      [0, 1000, 60_000, 60_060, 60_228, 65_535],
    )
  })

  it('write a radio blip with and without its battery', () => {
    assert.deepEqual(encodeRadioBlip({ ping: 1_102_256 }), [176, 209, 16, 0])
    const vpost = { id: 17, vpre: 2.94, vpost: 2.86 }
    assert.deepEqual(encodeRadioBlip({ ping: 1, battery: vpost }), [1, 0, 0, 0, 17, 97, 93])
    const boost = { id: 17, vpre: 3.3, boost: { ratio: 0.4 } }
    assert.deepEqual(
      encodeRadioBlip({ ping: 0xffffffff, battery: boost }),
      [255, 255, 255, 255, 0x91, 115, 102],
    )
  })

  it('are what the formats of the library read: an OpenTherm value, its clock, a sensor outside', () => {
    const data = (node: number, bytes: number[]) => clean([...jeelinkFormats], okLine(node, bytes)).data
    assert.deepEqual(data(14, encodeOpenTherm(27, -3.5)), {
      id: 27,
      what: 'outside temperature',
      value: -3.5,
    })
    assert.deepEqual(data(14, encodeOpenThermClock(7, 23, 59)), {
      id: 20,
      what: 'day and time',
      day: 7,
      hour: 23,
      minute: 59,
    })
    assert.deepEqual(data(19, encodeS300(3, -16.8, 64.9)), { tag: 'S300-3', temp: -16.8, humi: 64.9 })
  })

  it('write a solar relay as seven words', () => {
    const reading = { yield: 4180, total: 9241, acw: 1374, dcv1: 217, dcv2: 210.05, dcw1: 801, dcw2: 655 }
    const bytes = Buffer.from(encodeSmaRelay(reading))
    assert.deepEqual(
      [...new Uint16Array(new Uint8Array(bytes).buffer)],
      [4180, 9241, 1374, 21_700, 21_005, 801, 655],
    )
  })
})
