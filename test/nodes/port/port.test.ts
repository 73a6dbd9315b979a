import assert from 'node:assert/strict'
import type { NodeAPI } from 'node-red'
import { type PortOptions, portDefaults, portProblem, readPortOptions } from '../../../nodes/port/options.ts'
import port from '../../../nodes/port/port.ts'
import helper, { nodeRedName } from '../helper.ts'

describe('The options of a fieldlog-port', () => {
  const options = (changes: Partial<PortOptions>) => readPortOptions({ ...portDefaults, ...changes })

  it('are the defaults where they are empty, as from an unset variable', () => {
    const defaults = {
      path: '',
      serial: { baudRate: 57_600, dataBits: 8, parity: 'none', stopBits: 1, flowControl: 'none' },
      lines: { maxLine: 65_536, emptyLines: false },
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
    })
    assert.equal(lines.maxLine, 1024)
  })

  it('are refused in words', () => {
    const refused: Array<[Parameters<typeof portProblem>[0], unknown, string]> = [
      ['path', 'ttyUSB0', '"ttyUSB0" is not a device path: write it in full, as in /dev/ttyUSB0'],
      ['baudRate', 'fast', 'baud rate: "fast" is not a whole number'],
      ['baudRate', 57_600.5, 'baud rate: "57600.5" is not a whole number'],
      ['baudRate', '10', 'baud rate: 10 is not between 50 and 4000000'],
      ['dataBits', 9, 'data bits: "9" is none of 8, 7, 6, 5'],
      ['parity', 'mark', 'parity: "mark" is none of none, even, odd'],
      ['stopBits', 3, 'stop bits: "3" is none of 1, 2'],
      ['flowControl', 'on', 'flow control: "on" is none of none, rtscts, xonxoff'],
      ['maxLine', 5, 'longest line: 5 is not between 16 and 1048576'],
    ]
    for (const [property, value, problem] of refused) {
      assert.equal(portProblem(property, value), problem)
      assert.throws(() => options({ [property]: value }), { message: problem })
    }
  })

  it('are left alone in the panel where the environment fills them in', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's own way to name a variable
    const variable = '${FIELDLOG_BAUD}'
    assert.equal(portProblem('baudRate', variable), undefined)
    assert.equal(portProblem('path', ''), undefined)
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
    for (const entry of body as object[]) assert.deepEqual(Object.keys(entry), ['path', 'text'])
    assert.deepEqual(permissions, ['fieldlog.read'])
  })
})
