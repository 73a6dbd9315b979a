// telnet:// and rfc2217:// against a server that follows a script.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createSource } from '../../../../lib/serial/create-source.ts'
import type { SerialSettings } from '../../../../lib/serial/source/settings.ts'
import type { Link } from '../../../../lib/serial/source/source.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import {
  startTelnetServer,
  type TelnetServer,
  type TelnetServerOptions,
} from '../../../support/telnet-server.ts'

const serial: SerialSettings = {
  baudRate: 57_600,
  dataBits: 7,
  parity: 'even',
  stopBits: 2,
  flowControl: 'rtscts',
  opening: 'keep',
}

describe('telnet:// and rfc2217://', () => {
  let server: TelnetServer
  let link: Link | undefined
  let got = ''
  let arrived: () => void = () => undefined

  async function connect(
    scheme: string,
    settings = serial,
    signal = new AbortController().signal,
    clock?: FakeClock,
  ): Promise<Link> {
    const source = createSource(`${scheme}://127.0.0.1:${server.port}`, settings, { ...(clock && { clock }) })
    const connecting = source.connect(
      {
        data(chunk) {
          got += chunk.toString('latin1')
          arrived()
        },
        closed: () => undefined,
      },
      signal,
    )
    link = await connecting
    return link
  }

  async function until(text: string): Promise<void> {
    while (got !== text) {
      assert.ok(text.startsWith(got), JSON.stringify(got))
      await new Promise<void>((resolve) => {
        arrived = resolve
      })
    }
  }

  beforeEach(() => {
    got = ''
    link = undefined
  })
  afterEach(async () => {
    await link?.close()
    await server.close()
  })

  it('telnet: refuses options, takes commands out, and doubles FF in what is sent', async () => {
    server = await startTelnetServer()
    const made = await connect('telnet')
    const socket = await server.connection()
    socket.write(Buffer.from('fffb01fffd184f4bff', 'hex'))
    socket.write(Buffer.from('ff0a', 'hex'))
    await until('OK\xff\n')
    await server.gets('fffe01fffc18')
    await made.write(Buffer.from([0x41, 0xff]))
    await server.gets('41ffff')
  })

  it('rfc2217: sets the port before it is open', async () => {
    server = await startTelnetServer({ comPort: 'yes' })
    await connect('rfc2217')
    await server.gets('fffa2c010000e100fff0')
    // 7 data bits, even parity, 2 stop bits, flow control by wire, DTR and RTS on
    for (const hex of ['fffa2c0207fff0', 'fffa2c0303fff0', 'fffa2c0402fff0', 'fffa2c0503', '0508', '050b'])
      await server.gets(hex)
    ;(await server.connection()).write('ready\r\n')
    await until('ready\r\n')
  })

  it('rfc2217: keeps what came while the port was set, and gives it first', async () => {
    server = await startTelnetServer({ comPort: 'yes', silent: [4] })
    const connecting = connect('rfc2217')
    const socket = await server.connection()
    await server.gets('fffa2c0402fff0')
    socket.write('early ')
    socket.write(Buffer.from('fffa2c6802fff0', 'hex'))
    await connecting
    socket.write('late')
    await until('early late')
  })

  it('rfc2217: resets the device by DTR, at the opening where that is chosen, and on purpose', async () => {
    server = await startTelnetServer({ comPort: 'yes' })
    const low = 'fffa2c0509fff0'
    const high = 'fffa2c0508fff0'
    const made = await connect('rfc2217', { ...serial, opening: 'reset' })
    await server.gets(`${low}${high}`)
    await made.reset?.()
    await server.gets(`${low}${high}${low}${high}`)
  })

  it('rfc2217: does not touch DTR at an opening that keeps the device', async () => {
    server = await startTelnetServer({ comPort: 'yes' })
    await connect('rfc2217')
    await server.gets('fffa2c0508fff0')
    assert.equal(server.received.includes('fffa2c0509'), false)
  })

  it('rfc2217: sends a baud rate with FF in it as such', async () => {
    server = await startTelnetServer({ comPort: 'yes' })
    await connect('rfc2217', { ...serial, baudRate: 65_280 })
    await server.gets('fffa2c010000ffff00fff0')
  })

  const refused: Array<[string, TelnetServerOptions, RegExp]> = [
    ['does not know it', { comPort: 'no' }, /^127\.0\.0\.1:\d+ does not speak RFC 2217: use telnet:\/\/$/],
    [
      'sets another baud rate',
      { comPort: 'yes', sets: { 1: [0, 0, 0x25, 0x80] } },
      /^127\.0\.0\.1:\d+ does not take 57600 bits\/s: set the port to what the server has$/,
    ],
    ['sets another parity', { comPort: 'yes', sets: { 3: [1] } }, /does not take parity even/],
  ]
  for (const [what, options, message] of refused) {
    it(`rfc2217: says so where the server ${what}, and closes`, async () => {
      server = await startTelnetServer(options)
      await assert.rejects(connect('rfc2217'), { name: 'SourceError', message })
      const socket = await server.connection()
      if (!socket.destroyed) await once(socket, 'close')
    })
  }

  it('rfc2217: does not wait for ever for an answer', async () => {
    const clock = new FakeClock()
    server = await startTelnetServer()
    const connecting = connect('rfc2217', serial, undefined, clock)
    await server.gets('fffb2c')
    clock.tick(5_000)
    await assert.rejects(connecting, /does not confirm the settings of its port: does it speak RFC 2217\?$/)
  })

  it('rfc2217: gives up at once when it is asked to, and when the server goes', async () => {
    const abort = new AbortController()
    server = await startTelnetServer()
    const connecting = connect('rfc2217', serial, abort.signal)
    await server.gets('fffb2c')
    abort.abort(new Error('no more'))
    await assert.rejects(connecting, /no more/)
    await server.close()

    server = await startTelnetServer()
    const gone = connect('rfc2217')
    ;(await server.connection()).destroy()
    await assert.rejects(gone, { name: 'SourceError' })
  })
})
