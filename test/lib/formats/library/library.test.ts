import assert from 'node:assert/strict'
import { checkDefinition } from '../../../../lib/formats/check/check.ts'
import { exportFormats, importFormats } from '../../../../lib/formats/check/exchange.ts'
import { compileFormats } from '../../../../lib/formats/compile.ts'
import { parseSections } from '../../../../lib/formats/decoders/section-text.ts'
import { emontx, emontxContinuous, emontxDiscrete } from '../../../../lib/formats/library/emontx.ts'
import { energy } from '../../../../lib/formats/library/energy.ts'
import { csv, json, storedEvent } from '../../../../lib/formats/library/general.ts'
import { formatLibrary } from '../../../../lib/formats/library/library.ts'
import type { FormatDefinition } from '../../../../lib/formats/model/definition.ts'
import { clean, decoded } from '../helper.ts'

/** What becomes of lines, but for those that belong to a record or are none of the format's. */
function kindsOf(definition: FormatDefinition, sample: string): string[] {
  const formats = compileFormats([definition])
  return sample
    .split('\n')
    .flatMap((payload, seq) => formats.take({ payload, source: 'a', id: `e-${seq}`, seq, received: seq }))
    .map(({ outcome }) => outcome.kind)
    .filter((kind) => kind !== 'part' && kind !== 'unknown')
}

describe('formats: the library', () => {
  for (const { definition, sample } of formatLibrary) {
    it(`${definition.type} has no problems, and decodes its sample`, () => {
      assert.deepEqual(checkDefinition(definition), [])
      if (sample === undefined) assert.equal(definition.decoder.kind, 'bytes')
      else assert.deepEqual(kindsOf(definition, sample), ['clean'])
    })
  }

  it('goes into a file and comes back', () => {
    const formats = formatLibrary.map(({ definition }) => definition)
    assert.deepEqual(importFormats(exportFormats(formats)), { formats, problems: [] })
  })

  it('the emonTx by its serial port', () => {
    assert.deepEqual(decoded(emontx, 'MSG:71923,Vrms:246.78,P1:157,E1:16346,pulse:15'), {
      MSG: 71923,
      Vrms: 246.78,
      P1: 157,
      E1: 16346,
      pulse: 15,
    })
    assert.deepEqual(decoded(emontx, 'MSG:1,T1:300.00,T2:21.5'), { MSG: 1, T2: 21.5 })
    assert.equal(decoded(emontx, 'Vrms:246.78'), 'unknown')
  })

  it('the emonTx by radio', () => {
    // 71923 = 0x118f3, 24678 = 0x6066, -40 = 0xffd8, 16346 = 0x3fda, 18.58 °C = 1858 = 0x0742, 300 °C: no sensor
    const line =
      'OK 15 243 24 1 0 102 96 157 0 65 1 0 0 216 255 218 63 0 0 16 39 0 0 0 0 0 0 100 0 0 0 66 7 48 117 48 117 15 0 0 0'
    const event = clean(emontxContinuous, line)
    assert.deepEqual(event.data, {
      MSG: 71923,
      Vrms: 246.78,
      P1: 157,
      P2: 321,
      P3: 0,
      P4: -40,
      E1: 16346,
      E2: 10000,
      E3: 0,
      E4: 100,
      T1: 18.58,
      pulse: 15,
    })
    assert.equal(event.key, '15')
    assert.deepEqual(decoded(emontxContinuous, 'OK 15 1 2'), ['decode: packet: found 2 bytes, expected 40'])
    const { data } = clean(
      emontxDiscrete,
      'OK 8 157 0 65 1 0 0 216 255 102 96 186 0 184 11 184 11 184 11 184 11 184 11 15 0 0 0',
    )
    assert.deepEqual(data, { P1: 157, P2: 321, P3: 0, P4: -40, Vrms: 246.78, T1: 18.6, pulse: 15 })
  })

  const line =
    'Device: ID=1; Fw=16071801; Evt=2; Alarms: CoilRevesed=OFF; Power: Active=1753W; Reactive=279var; Appearent=403VA; ' +
    'Line: Current=7.35900021; Voltage=230.08V; Phase=-43,841rad; Peaks: 7.33199978; 7.31; FFT Re: 9748;46; ' +
    'FFT Img: 2712;-59; UTC Time: 2016-10-4 16:47:50; hz: 49.87; WiFi Strength: -62; Dummy: 20'
  const data = {
    device: '1',
    firmware: 16071801,
    event: 2,
    coil_reversed: false,
    power_active: 1753,
    power_reactive: 279,
    power_apparent: 403,
    line_current: 7.35900021,
    line_voltage: 230.08,
    line_phase: -43.841,
    peak1: 7.33199978,
    peak2: 7.31,
    fft_re1: 9748,
    fft_re2: 46,
    fft_im1: 2712,
    fft_im2: -59,
    utc_time: '2016-10-04T16:47:50Z',
    hz: 49.87,
    wifi: -62,
    dummy: 20,
  }

  it('the energy sensor, in its own spelling, the right one, and as a structured event', () => {
    const event = clean(energy, line)
    assert.deepEqual(event.data, data)
    assert.equal(event.time, Date.UTC(2016, 9, 4, 16, 47, 50))
    assert.equal(event.key, '1')
    const right = line.replace('CoilRevesed', 'CoilReversed').replace('Appearent', 'Apparent')
    assert.deepEqual(clean(energy, right).data, data)
    assert.equal(clean(energy, line.replace('ID=1', 'ID=abc')).key, 'abc')
  })

  it('the energy sensor as a structured event, as its own service writes it', () => {
    const structured = parseSections(line) as Record<string, unknown>
    assert.deepEqual(clean(energy, structured).data, data)
    const original = { ...structured, 'UTC Time': ['Tue, 04 Oct 2016 16:47:50 GMT'] }
    assert.equal(clean(energy, original).time, Date.UTC(2016, 9, 4, 16, 47, 50))
    const power = { Active: '1753', Reactive: 279, Apparent: 403 }
    assert.equal(clean(energy, { ...structured, Power: power, Extra: [1] }).data.power_active, 1753)
  })

  it('the energy sensor rejects what is none of its values, and what it always sends and is not there', () => {
    const reasons = (from: string, to: string) => decoded(energy, line.replace(from, to))
    assert.deepEqual(reasons('OFF', 'MAYBE'), ['type: coil_reversed: found "MAYBE", expected true or false'])
    assert.deepEqual(reasons('ID=1', 'ID='), ['decode: sections: found "" for "Device.ID", expected a value'])
    assert.deepEqual(reasons('1753W', 'nan'), [
      'required: power_active: found nothing at "Power.Active", expected a number',
    ])
    assert.deepEqual(reasons('; Dummy: 20', ''), [
      'required: dummy: found nothing at "Dummy[0]", expected a whole number',
    ])
    assert.deepEqual(reasons('2016-10-4', '2016-13-4'), [
      'time: at: found "2016-13-4 16:47:50", expected an ISO 8601 time that exists',
    ])
    assert.deepEqual(reasons('2712;-59', '2712'), [
      'range: fft_lengths_are_equal: found false, expected one of true',
    ])
  })

  it('JSON, CSV and stored events', () => {
    assert.deepEqual(decoded(json, '{"temp":21.5,"humi":48}'), { temp: 21.5, humi: 48 })
    assert.deepEqual(decoded(csv, '2026-11-21T18:00:00Z,-999,48'), { humi: 48 })
    assert.equal(decoded(csv, 'time,temp,humi'), 'unknown')
    const stored = clean(
      storedEvent,
      "Stored Event: {'eventId': 1, 'timestamp': 1701111111.111, 'data': {'key': 'value1', 'value': -0.5}}",
    )
    assert.deepEqual(
      [stored.eventId, stored.time, stored.data],
      [1, 1701111111111, { key: 'value1', value: -0.5 }],
    )
  })
})
