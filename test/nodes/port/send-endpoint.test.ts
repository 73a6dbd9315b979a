// The endpoint by which the panel sends a line to a running port.
import assert from 'node:assert/strict'
import port from '../../../nodes/port/port.ts'
import type { PortNode } from '../../../nodes/port/registry.ts'
import serialIn from '../../../nodes/serial-in/serial-in.ts'
import { type LineServer, startLineServer } from '../../support/line-server.ts'
import helper, { nodeRedName } from '../helper.ts'

interface Answer {
  status: number
  body: unknown
}
interface Agent {
  post(path: string): { send(body: object): Promise<Answer> }
}

describe(`fieldlog-port: POST /fieldlog/ports/:id/send (${nodeRedName})`, () => {
  let server: LineServer
  before((done) => {
    helper.startServer(done)
  })
  after((done) => {
    helper.stopServer(done)
  })
  beforeEach(async () => {
    server = await startLineServer()
  })
  afterEach(async () => {
    await helper.setFlows([{ id: 'tab', type: 'tab' }], 'full')
    await helper.unload()
    server.close()
  })

  const post = (id: string, body: object) =>
    (helper.request() as Agent).post(`/fieldlog/ports/${id}/send`).send(body)
  const linePort = () => (helper.getNode('port') as unknown as PortNode).port

  async function load(options: object = {}, isOpen = true): Promise<void> {
    const path = `tcp://127.0.0.1:${server.port}`
    await helper.load(
      [port, serialIn],
      [
        { id: 'tab', type: 'tab' },
        { id: 'port', type: 'fieldlog-port', path, ...options },
        { id: 'in', type: 'fieldlog-serial-in', z: 'tab', x: 1, y: 1, port: 'port', wires: [[], [], []] },
      ],
    )
    while (isOpen && linePort().state.state !== 'open')
      await new Promise<void>((resolve) => setImmediate(resolve))
  }

  it('answers with the lines of the next three seconds, and shows bytes that are no text', async () => {
    const came = server.answer((line) => `> ${line}\n`)
    await load()
    server.send('before\n')
    while (linePort().counts.sent === 0) await new Promise<void>((resolve) => setImmediate(resolve))
    const { status, body } = await post('port', { text: '0v' })
    assert.deepEqual([status, body], [200, { lines: ['> 0v'] }])
    assert.deepEqual(came, ['0v'])
  })

  it('says what is wrong in a sentence', async () => {
    await load({ collector: 'jeelink' })
    const error = (text: string) => ({ error: text })
    const refused = await post('port', { text: '1w' })
    assert.equal(refused.status, 409)
    assert.match(
      (refused.body as { error: string }).error,
      /: "1w" wipes the flash memory; it is sent only where msg\.force is true$/,
    )
    assert.deepEqual(pick(await post('port', {})), [
      400,
      error('give a text of at most 65,536 bytes to send'),
    ])
    const unknown = error('this port is not deployed yet: deploy, then send again')
    assert.deepEqual(pick(await post('none', { text: 'a' })), [404, unknown])
    // another node's id
    assert.deepEqual(pick(await post('in', { text: 'a' })), [404, unknown])
  })

  it('sends nothing where the port is not connected, or its settings are wrong', async () => {
    server.close()
    await load({}, false)
    const closed = 'the port is not connected: the status of a serial in node that uses it says why'
    assert.deepEqual(pick(await post('port', { text: 'a' })), [409, { error: closed }])
    await helper.setFlows([{ id: 'port', type: 'fieldlog-port', path: 'USB0' }], 'full')
    const { status, body } = await post('port', { text: 'a' })
    assert.equal(status, 409)
    assert.match(
      (body as { error: string }).error,
      /^the port's settings are wrong: "USB0" is not a device path.* Correct them, deploy, then send again$/,
    )
  })

  const pick = ({ status, body }: Answer) => [status, body]
})
