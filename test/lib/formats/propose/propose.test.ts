import assert from 'node:assert/strict'
import { checkDefinition } from '../../../../lib/formats/check/check.ts'
import { compileFormats } from '../../../../lib/formats/compile.ts'
import { EventMemory } from '../../../../lib/formats/model/memory.ts'
import { proposeFormats } from '../../../../lib/formats/propose/propose.ts'
import { fc } from '../../../support/random.ts'
import { decoded } from '../helper.ts'

/** The one proposal for lines, and what it makes of the first. */
function proposed(...lines: string[]): { type: string; kind: string; data: unknown } {
  const proposals = proposeFormats(lines)
  assert.equal(proposals.length, 1, JSON.stringify(proposals.map(({ definition }) => definition)))
  const [{ definition, count }] = proposals as [(typeof proposals)[number]]
  assert.equal(count, lines.length)
  return {
    type: definition.type,
    kind: definition.decoder.kind,
    data: decoded(definition, lines[0]),
  }
}

describe('formats: proposals from lines', () => {
  it('packets by node, with words where bytes behave like words', () => {
    assert.deepEqual(proposed('OK 14 200 0 10 1 77', 'OK 14 150 1 20 1 99', 'OK 46 1 0 30 1 5'), {
      type: 'node14',
      kind: 'packet',
      data: { v0: 200, v2: 266, b4: 77 },
    })
    const [signed] = proposeFormats(['OK 7 240 255', 'OK 7 5 0'])
    assert.deepEqual(decoded(signed!.definition, 'OK 7 240 255'), { v0: -16 })
  })

  it('key-values with their types and units', () => {
    assert.deepEqual(
      proposed('MSG:1,Vrms:246.78,relay:ON,name:x,bad:NaN', 'MSG:2,Vrms:240,relay:OFF,name:y,bad:1'),
      {
        type: 'msg',
        kind: 'key-values',
        data: { MSG: 1, Vrms: 246.78, relay: true, name: 'x' },
      },
    )
    assert.deepEqual(proposed('t=21.5C h=50%').data, { t: 21.5, h: 50 })
    assert.deepEqual(proposed('temp:5').data, { temp: 5 })
  })

  it('JSON, sections and stored events by their trees', () => {
    assert.deepEqual(proposed('{"eventId":1,"data":{"rpm":1400,"sub":{"on":true},"l":[1.5]}}').data, {
      rpm: 1400,
      sub_on: true,
      l_0: 1.5,
    })
    assert.deepEqual(proposed('Line: Current=7.3; UTC Time: 2016-10-4 16:47:50; hz: 49.87').data, {
      Line_Current: 7.3,
      UTC_Time_0: Date.UTC(2016, 9, 4, 16, 47, 50),
      hz_0: 49.87,
    })
    assert.deepEqual(
      proposed("Stored Event: {'eventId': 1, 'timestamp': 1701111111.1, 'data': {'k': 'v'}}"),
      {
        type: 'stored',
        kind: 'stored-event',
        data: { k: 'v' },
      },
    )
  })

  it('columns by their number, with a comma as decimal mark where one is', () => {
    assert.deepEqual(proposed('WX;21,5;48;2026-11-21T10:00:00Z', 'WX;20;49;2026-11-21T11:00:00Z'), {
      type: 'wx',
      kind: 'columns',
      data: { c1: 21.5, c2: 48, c3: Date.UTC(2026, 10, 21, 10) },
    })
  })

  it('CSV by its headers, also where one comes that names other columns', () => {
    const lines = ['"at";"temp";"hum"', '1;20,5;51', '2;20,25;52', 'at;hum;temp;press', '3;53;20;1001,5']
    const proposals = proposeFormats(lines)
    assert.deepEqual(
      proposals.map(({ count, score }) => [count, score]),
      [[5, 1]],
    )
    const formats = compileFormats([proposals[0]!.definition], { memory: new EventMemory() })
    const outcomes = lines.map((payload, seq) =>
      formats.decode({ payload, source: '', id: `l-${seq}`, seq, received: seq }),
    )
    assert.deepEqual(
      outcomes.flatMap((each) => (each.kind === 'clean' ? each.events.map(({ data }) => data) : [])),
      [
        { at: 1, temp: 20.5, hum: 51 },
        { at: 2, temp: 20.25, hum: 52 },
        { at: 3, temp: 20, hum: 53, press: 1001.5 },
      ],
    )
    // words among numbers are no header where no row has as many columns
    assert.deepEqual(
      proposeFormats(['a;b;c', '1;2']).map(({ definition }) => definition.type),
      ['columns'],
    )
  })

  it('the greatest group first, and nothing for what looks like none of these', () => {
    const lines = [
      'OK 5 1',
      'a:1',
      'a:2',
      ' ? 4 254',
      '-> ack',
      '[RF12demo.12] _ i31* g5',
      'DF S 3129 63 222769',
      '',
    ]
    assert.deepEqual(
      proposeFormats(lines).map(({ definition, count }) => [definition.type, count]),
      [
        ['a', 2],
        ['node5', 1],
      ],
    )
  })

  it('numbers with leading zeros are ids, and stay texts', () => {
    assert.deepEqual(proposed('ID:0042,T:21.5,N:0', 'ID:1042,T:0.5,N:10').data, { ID: '0042', T: 21.5, N: 0 })
    assert.deepEqual(proposed('0042;21.5', '0107;-0.5').data, { c0: '0042', c1: 21.5 })
  })

  const everyday: Array<[line: string, data: object, units?: Array<string | undefined>]> = [
    ['21.50', { c0: 21.5 }],
    ['19.5 51 998.7', { c0: 19.5, c1: 51, c2: 998.7 }],
    ['Humidity: 51.0 %  Temperature: 19.5 *C', { humi: 51, temp: 19.5 }, ['%', '°C', '°C']],
    ['T = 19.50 *C', { T: 19.5 }, ['°C']],
    ['Temp: 19.5°C', { Temp: 19.5 }, ['°C']],
    ['Temperature: 19.50', { Temperature: 19.5 }],
    ['temp=19.50 hum=51.00', { temp: 19.5, hum: 51 }],
    ['Temp: 19,5°C, Hum: 51,2 %', { Temp: 19.5, Hum: 51.2 }, ['°C', '%']],
    ['PM2.5: 7 ug/m3, PM10: 12 ug/m3', { PM2_5: 7, PM10: 12 }],
    ['Soil = 512, Light: 80.5 lux; Door 1: 0', { Soil: 512, Light: 80.5, Door_1: 0 }],
  ]
  for (const [line, data, units] of everyday) {
    it(`everyday lines of sketches: ${line}`, () => {
      const proposals = proposeFormats([line])
      assert.equal(proposals.length, 1)
      const [{ definition, share, score }] = proposals as [(typeof proposals)[number]]
      assert.deepEqual([decoded(definition, line), share, score], [data, 1, 1])
      if (units)
        assert.deepEqual(
          definition.fields.map(({ unit }) => unit),
          units,
        )
    })
  }

  it('one odd value of many is none or left out, and makes no text of the field', () => {
    const lines = Array.from({ length: 500 }, (_, i) => `${(20 + (i % 7) / 10).toFixed(2)};${40 + (i % 5)}`)
    lines[77] = 'Err;44'
    lines[99] = '2$.10;44'
    const [proposal] = proposeFormats(lines)
    assert.deepEqual(
      proposal?.definition.fields.map(({ type }) => type),
      ['number', 'number'],
    )
    assert.deepEqual(decoded(proposal!.definition, 'Err;44'), { c1: 44 })
    assert.deepEqual(decoded(proposal!.definition, '2$.10;44'), { c1: 44 })
    assert.equal(proposal?.score, 499 / 500)
  })

  it('whole numbers may have a fraction later', () => {
    for (const lines of [
      ['{"t":21.0}', '{"t":22.0}'],
      ['t:21', 't:22'],
      ['21 5', '22 6'],
    ]) {
      const [proposal] = proposeFormats(lines)
      assert.ok(
        proposal?.definition.fields.every(({ type }) => type === 'number'),
        lines[0],
      )
    }
  })

  it('sentinels are no values where all others are far from them', () => {
    const [proposal] = proposeFormats(['a:20.5,b:84,c:7', 'a:85.00,b:85,c:65535', 'a:21.25,b:86,c:9'])
    assert.deepEqual(decoded(proposal!.definition, 'a:85.00,b:85,c:65535'), { b: 85 })
  })

  it('ids become the key', () => {
    const of = (...lines: string[]) => proposeFormats(lines)[0]?.definition.key
    assert.deepEqual(of('{"node":"0a","t":1.5}', '{"node":"0b","t":2.5}'), ['node'])
    assert.deepEqual(of('1;hall;21.5', '2;cellar;12.5', '3;hall;21.6', '4;cellar;12.4'), ['c1'])
    assert.deepEqual(of('1;hall;21.5', '2;hall;21.6'), undefined)
  })

  it('big-endian words', () => {
    const [proposal] = proposeFormats(['OK 7 1 44', 'OK 7 1 20', 'OK 7 0 200', 'OK 7 1 70'])
    assert.deepEqual(decoded(proposal!.definition, 'OK 7 1 44'), { v0: 300 })
  })

  it('counters get their difference, and the place where they begin again', () => {
    const fields = (...lines: string[]) => proposeFormats(lines)[0]?.definition.fields.slice(1)
    const delta = { name: 'N_delta', type: 'number', decimals: 1 }
    assert.deepEqual(fields('N:6500.0', 'N:6550.6', 'N:7.0', 'N:107.5'), [
      { ...delta, difference: { of: 'N', modulus: 6553.6 } },
    ])
    assert.deepEqual(fields('N:65.0', 'N:71.5', 'N:0.0', 'N:7.5'), [{ ...delta, difference: { of: 'N' } }])
    assert.deepEqual(fields('T:20.5', 'T:20.6', 'T:20.7', 'T:20.8'), [])
    assert.equal(fields('count:1', 'count:2', 'count:3', 'count:5')?.[0]?.name, 'count_delta')
  })

  it('bytes that are not UTF-8: their character set, binary frames by the library, noise not at all', () => {
    const [latin] = proposeFormats([Buffer.from('Temp: 21.5 \xb0C', 'latin1')])
    assert.deepEqual(decoded(latin!.definition, Buffer.from('Temp: 22.5 \xb0C', 'latin1')), { Temp: 22.5 })
    const [ibm] = proposeFormats([Buffer.from('Temp: 21.5 \xf8C', 'latin1')])
    assert.deepEqual([ibm?.definition.charset, ibm?.samples], ['cp437', ['Temp: 21.5 °C']])
    const [frame] = proposeFormats([Buffer.from('aac0d4043a0aa1601dab', 'hex')])
    assert.deepEqual([frame?.definition.type, frame?.samples], ['sds011', ['(10 bytes)']])
    assert.deepEqual(proposeFormats([Buffer.from('e4426c8c9e83ef628e52', 'hex')]), [])
  })

  it('times without a zone are in the one of the browser, where that is nearer to their receipt', () => {
    const line = '21.07.2026 14:00:00;21,5'
    const zoneOf = (hour: number) =>
      proposeFormats([line], { zone: 'Europe/Berlin', received: [Date.UTC(2026, 6, 21, hour, 0, 2)] })[0]
        ?.definition.zone
    assert.deepEqual([zoneOf(12), zoneOf(14)], ['Europe/Berlin', undefined])
    const [unknown] = proposeFormats([line], { zone: 'Europe/Berlin' })
    assert.equal(unknown?.definition.zone, 'Europe/Berlin')
    // read from a file years later: the receipt tells nothing
    const old = { zone: 'Europe/Berlin', received: [Date.UTC(2029, 0, 1)] }
    assert.equal(proposeFormats([line], old)[0]?.definition.zone, 'Europe/Berlin')
    const [utc] = proposeFormats(['2026-07-21T14:00:00Z;21,5'], { zone: 'Europe/Berlin' })
    assert.equal(utc?.definition.zone, undefined)
  })

  it('a number with its unit alone, codes that come again, JSON that is nearly JSON', () => {
    assert.deepEqual(proposed(' 21.50C', '21.60C').data, { value: 21.5 })
    assert.deepEqual(proposed('TABCD0000042', 'TABCD0000043').data, { code: 'TABCD0000042' })
    assert.deepEqual(proposeFormats(['TABCD0000042']), [])
    const [lenient] = proposeFormats(["{'t':21.5,'h':NaN}", '{"t":21.5}'])
    assert.deepEqual(decoded(lenient!.definition, "{'t':21.5,'h':NaN}"), { t: 21.5 })
  })

  it('samples of a record are the lines of one', () => {
    const lines = ['/ABC4 200', '', '1-0:1.8.1(16722.627*kWh)', '1-0:1.7.0(0000.59*kW)', '!']
    const [proposal] = proposeFormats([...lines, ...lines, ...lines.slice(0, 2)])
    assert.deepEqual([proposal?.definition.type, proposal?.samples], ['p1', lines])
  })

  it('the library first, with what it rejects, and formats for the rest that leave it alone', () => {
    const lines = [
      'OK 9 21 129 4 201 44',
      'OK 9 22 1 4 180 50',
      'V:12.5',
      'VPV:30.2',
      'V:12.6',
      'Temp: 21.5 C',
      '21.5 48',
      '21.5 48 3',
      'WX 21.5 48',
    ]
    const proposals = proposeFormats(lines)
    assert.deepEqual(
      proposals.map(({ definition, count, score, isFromLibrary }) => [
        definition.type,
        count,
        score,
        isFromLibrary,
      ]),
      [
        ['lacrosse', 2, 1, true],
        ['v', 2, 1, false],
        ['vpv', 1, 1, false],
        ['temp', 1, 1, false],
        ['columns', 1, 1, false],
        ['columns', 1, 1, false],
        ['wx', 1, 1, false],
      ],
    )
    assert.ok(Math.abs(proposals.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9)
  })

  it('nothing for damaged lines of a format of the library', () => {
    const lines = [
      '$GPRMC,101530.00,A,5230.6000,N,01322.3200,E,4.20,87.50,211126,,,A*62',
      '$GPRMC,101531.000,A,5230.60K,D*3A',
      '$GPXTE,A,A,0.67,L,N*6F',
    ]
    const types = proposeFormats(lines).map(({ definition }) => definition.type)
    assert.deepEqual(types, ['gps', 'gpxte'])
  })

  it('random devices: nearly all values are right', () => {
    const device = fc.record({
      names: fc.uniqueArray(fc.constantFrom('temp', 'hum', 'press', 'lux', 'volt', 'soil'), {
        minLength: 1,
        maxLength: 5,
      }),
      mark: fc.constantFrom(':', '=', ': ', ' = '),
      separator: fc.constantFrom(', ', '; ', '  ', '\t', ' | '),
      unit: fc.constantFrom('', ' %', 'C', ' *C', '°C', ' V'),
      decimals: fc.integer({ min: 0, max: 3 }),
      layout: fc.constantFrom('labels', 'columns', 'json'),
      values: fc.array(fc.double({ min: -50, max: 1200, noNaN: true }), { minLength: 30, maxLength: 60 }),
    })
    fc.assert(
      fc.property(device, ({ names, mark, separator, unit, decimals, layout, values }) => {
        const rows: string[][] = []
        for (let i = 0; i + names.length <= values.length; i += names.length) {
          rows.push(values.slice(i, i + names.length).map((value) => value.toFixed(decimals)))
        }
        const delimiter = separator.trim() || ' '
        const lines = rows.map((row) => {
          if (layout === 'json') return `{${row.map((v, i) => `"${names[i]}":${v}`).join(',')}}`
          if (layout === 'columns') return row.join(delimiter)
          return row.map((v, i) => `${names[i]}${mark}${v}${unit}`).join(separator)
        })
        const [proposal] = proposeFormats(lines)
        assert.ok(proposal, lines[0])
        let right = 0
        for (const [at, line] of lines.entries()) {
          const data = Object.values(decoded(proposal.definition, line) as object)
          right += rows[at]!.filter((text, i) => Number(text) === data[i]).length
        }
        const all = rows.length * names.length
        assert.ok(right >= 0.95 * all, `${right} of ${all}: ${lines[0]}`)
      }),
      { numRuns: 40 },
    )
  })

  it('never throws, and proposes only what has no problems', () => {
    const piece = fc.constantFrom(
      'OK 5 ',
      '1',
      ' ',
      ':',
      '=',
      ',',
      ';',
      '{"a":',
      '}',
      'x',
      'A: ',
      '-',
      '"',
      'if',
    )
    const line = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        for (const { definition } of proposeFormats(lines)) assert.deepEqual(checkDefinition(definition), [])
      }),
    )
  })
})
