import assert from 'node:assert/strict'
import type { NodeAPI } from 'node-red'
import { currentVersion, migrate } from '../../../lib/migrate/migrate.ts'
import { problemOf } from '../../../lib/options/check.ts'
import { defaultsOf } from '../../../lib/options/options.ts'
import { type PortOptions, portOptions, readPortOptions } from '../../../nodes/port/options.ts'
import port from '../../../nodes/port/port.ts'
import type { PortNode } from '../../../nodes/port/registry.ts'
import { editorDefaults } from '../../../nodes/shared/panel/editor-defaults.ts'
import helper, { nodeRedName } from '../helper.ts'

describe('The options of a fieldlog-port', () => {
  const options = (changes: Partial<PortOptions>) =>
    readPortOptions({ ...defaultsOf(portOptions), ...changes })

  it('are the defaults where they are empty, as from an unset variable', () => {
    const framing = {
      framing: 'auto',
      delimiter: ';',
      frameStart: '\\x02',
      frameEnd: '\\x03',
      frameAfter: 0,
      keepMarks: true,
      frameSize: 12,
      frameSync: '',
      lengthOffset: 2,
      lengthSize: 2,
      lengthOrder: 'big',
      lengthCounts: 'rest',
      lengthExtra: 0,
      silence: 100,
      framePattern: '[\\r\\n]+',
    }
    const defaults = {
      path: '',
      name: '',
      serial: {
        baudRate: 57_600,
        dataBits: 8,
        parity: 'none',
        stopBits: 1,
        flowControl: 'none',
        opening: 'keep',
      },
      watch: { silentAfter: 0, whenSilent: 'tell' },
      lines: { maxLine: 65_536, emptyLines: false, framing },
      sending: { sendEnd: 'auto', startLines: '', collector: 'auto' },
      catchUp: {
        catchUpGap: 60,
        catchUpDays: 7,
        catchUpFirst: true,
        catchUpRequest: '',
        catchUpReplayed: '',
        catchUpEnd: '',
        catchUpNumber: '',
        catchUpLimit: 10,
      },
    }
    assert.deepEqual(readPortOptions({}), defaults)
    assert.deepEqual(options({ path: ' ', baudRate: '', dataBits: '', stopBits: ' ', maxLine: '' }), defaults)
  })

  it('take numbers as text', () => {
    const { serial, lines } = options({ baudRate: '9600', dataBits: '7', stopBits: '2', maxLine: '1024' })
    assert.deepEqual(serial, {
      baudRate: 9600,
      dataBits: 7,
      parity: 'none',
      stopBits: 2,
      flowControl: 'none',
      opening: 'keep',
    })
    assert.equal(lines.maxLine, 1024)
  })

  it('are refused in words', () => {
    const refused: Array<[keyof typeof portOptions, unknown, string]> = [
      ['path', 'USB0', '"USB0" is not a device path: write it in full, as in /dev/ttyUSB0'],
      ['baudRate', 'fast', 'baud rate is "fast": give a whole number of bits/s from 50 to 4000000'],
      ['baudRate', 57_600.5, 'baud rate is 57600.5: give a whole number of bits/s from 50 to 4000000'],
      ['baudRate', '49', 'baud rate is 49: give a whole number of bits/s from 50 to 4000000'],
      ['baudRate', 4_000_001, 'baud rate is 4000001: give a whole number of bits/s from 50 to 4000000'],
      ['dataBits', 9, 'data bits is 9: give one of 8, 7, 6, 5'],
      ['parity', 'mark', 'parity is "mark": give one of none, even, odd'],
      ['stopBits', 3, 'stop bits is 3: give one of 1, 2'],
      ['flowControl', 'on', 'flow control is "on": give one of none, rtscts, xonxoff'],
      ['opening', 'both', 'at opening is "both": give one of keep, reset'],
      ['silentAfter', -1, 'silent after is -1: give a whole number of seconds from 0 to 604800'],
      ['whenSilent', 'cry', 'when silent is "cry": give one of tell, reopen, reset'],
      ['sourceName', 'a b', '"a b" is no name for the log: take up to 64 letters, digits and . _ : @ -'],
      ['maxLine', 15, 'longest line is 15: give a whole number of bytes from 16 to 1048576'],
      [
        'framing',
        'line',
        'frames is "line": give one of auto, lf, crlf, cr, delimiter, marks, fixed, length, silence, slip, cobs, pattern',
      ],
      ['frameEnd', '\\z', '"\\z" has a backslash that begins none of \\r \\n \\t \\0 \\\\ \\xNN'],
      ['framePattern', 'a*', 'the pattern finds an empty text, too'],
      ['sendEnd', 'lfcr', 'line end sent is "lfcr": give one of auto, none, lf, crlf, cr'],
      ['collector', 'JeeLink', 'collector is "JeeLink": give one of auto, jeelink, other, none'],
      ['logEmptyLines', 'maybe', 'log empty lines is "maybe": give true or false'],
    ]
    const panel = editorDefaults(portOptions)
    for (const [property, value, problem] of refused) {
      assert.equal(
        panel[property].validate?.call(
          { type: 'fieldlog-port', _: (key: string) => key } as never,
          value as never,
        ),
        problem,
      )
      assert.throws(() => options({ [property]: value }), {
        message: problem,
        problems: { [property]: problem },
      })
    }
    assert.deepEqual(options({ baudRate: 50, maxLine: '16' }).serial.baudRate, 50)
    assert.deepEqual(options({ baudRate: '4000000', maxLine: 1_048_576 }).lines.maxLine, 1_048_576)
  })

  it('are left alone in the panel where the environment fills them in', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's own way to name a variable
    const variable = '${FIELDLOG_BAUD}'
    for (const property of [
      'path',
      'baudRate',
      'dataBits',
      'parity',
      'stopBits',
      'flowControl',
      'maxLine',
    ] as const) {
      assert.equal(problemOf(portOptions[property], variable), undefined, property)
    }
  })
})

describe('The source of a port', () => {
  const source = (saved: object) =>
    readPortOptions(migrate('fieldlog-port', saved) as Partial<PortOptions>).name
  const today = { version: currentVersion('fieldlog-port') }

  it('is its name in the log, else its name, else what its address says', () => {
    const path = '/dev/ttyUSB0'
    assert.equal(source({ ...today, path, name: 'house', sourceName: 'roof' }), 'roof')
    assert.equal(source({ ...today, path, name: 'house', sourceName: '' }), 'house')
    assert.equal(source({ ...today, path, name: ' Küche 1 ' }), 'K_che_1')
    assert.equal(source({ ...today, path, name: 'house', nameIsSource: false }), '')
    assert.equal(source({ ...today, path, name: ' ' }), '')
  })

  it('stays what it was in flows from before a name was a source', () => {
    assert.equal(source({ version: 3, path: '/dev/ttyUSB0', name: 'house', sourceName: '' }), '')
    assert.equal(source({ version: 3, path: '/dev/ttyUSB0', name: '', sourceName: 'roof' }), 'roof')
    // one that has no name yet may get one, of which the panel says what it changes
    const unnamed = migrate('fieldlog-port', { version: 3, path: '/dev/ttyUSB0', name: '' })
    assert.equal(source({ ...unnamed, name: 'house' }), 'house')
  })
})

describe(`fieldlog-port (${nodeRedName})`, () => {
  before((done) => {
    helper.startServer(done)
  })
  after((done) => {
    helper.stopServer(done)
  })
  afterEach(() => helper.unload())

  it('lists the ports present, for users who may read', async () => {
    const permissions: string[] = []
    const withAuth = (RED: NodeAPI) => {
      const auth = {
        needsPermission(permission: string) {
          permissions.push(permission)
          return RED.auth.needsPermission(permission)
        },
      }
      port(Object.create(RED, { auth: { value: auth } }))
    }
    await helper.load(withAuth, [{ id: 'port', type: 'fieldlog-port', path: 'demo:' }])
    const request = helper.request() as { get(path: string): Promise<{ status: number; body: unknown }> }
    const { status, body } = await request.get('/fieldlog/ports')
    assert.equal(status, 200)
    assert.ok(Array.isArray(body))
    for (const entry of body as object[]) assert.deepEqual(Object.keys(entry).slice(0, 2), ['path', 'text'])
    assert.deepEqual(new Set(permissions), new Set(['fieldlog.read', 'fieldlog.write']))
  })

  it('says once after a deploy that several ports share a name in the log, and which', async () => {
    const today = { type: 'fieldlog-port', version: currentVersion('fieldlog-port') }
    const flow = (third: string) => [
      { ...today, id: 'a', name: 'roof', path: '/dev/ttyUSB7' },
      { ...today, id: 'b', name: 'cellar', sourceName: 'roof', path: '/dev/ttyUSB8' },
      { ...today, id: 'c', name: third, path: '/dev/ttyUSB9' },
    ]
    const warnings = () =>
      (helper.log() as unknown as { args: Array<[{ level: number; msg: unknown }]> }).args
        .map(([{ msg }]) => String(msg))
        .filter((msg) => msg.includes('are called'))
    const text = (ports: string, count: number) =>
      `port: ${count} ports are called roof in the log (${ports}): their lines are one source, so names of devices, ` +
      'rules that look back and series in the store take their devices for the same. Give each port a name of its own in its settings.'
    await helper.load(port, flow('shed'))
    assert.deepEqual(warnings(), [text('roof, cellar', 2)])
    await helper.setFlows(flow('house'), 'nodes')
    assert.deepEqual(warnings(), [text('roof, cellar', 2)], 'nothing has changed of those two')
    await helper.setFlows(flow('roof'), 'nodes')
    assert.equal(warnings().length, 2)
    assert.ok(warnings()[1]?.startsWith('port: 3 ports are called roof in the log ('))
  })

  it('takes its settings from variables, and checks what they hold as if it were typed', async () => {
    const node = {
      id: 'port',
      type: 'fieldlog-port',
      path: 'demo:',
      baudRate: `\${T_BAUD}`,
      parity: '$(T_PARITY)',
    }
    const cases: Array<[Record<string, string>, string | undefined]> = [
      [{ T_BAUD: '9600', T_PARITY: 'even' }, undefined],
      [{}, undefined],
      [{ T_BAUD: '10' }, 'baud rate is 10: give a whole number of bits/s from 50 to 4000000'],
      [{ T_PARITY: 'mark' }, 'parity is "mark": give one of none, even, odd'],
    ]
    for (const [variables, problem] of cases) {
      Object.assign(process.env, variables)
      try {
        await helper.load(port, [node])
        assert.equal((helper.getNode('port') as unknown as PortNode).problem, problem)
      } finally {
        for (const name of Object.keys(variables)) delete process.env[name]
        await helper.unload()
      }
    }
  })
})
