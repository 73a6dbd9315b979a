// What `serial in` sends to a device, on a real Node-RED over TCP.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { NodeMessage } from 'node-red'
import type { LinePort } from '../../../lib/serial/line-port.ts'
import port from '../../../nodes/port/port.ts'
import { drain, type PortNode } from '../../../nodes/port/registry.ts'
import serialIn from '../../../nodes/serial-in/serial-in.ts'
import { type LineServer, startLineServer } from '../../support/line-server.ts'
import helper, { nodeRedName } from '../helper.ts'

interface Sent extends NodeMessage {
  payload: unknown
  [property: string]: unknown
}
interface Failed extends Sent {
  error: { message: string; code?: string }
}

const onTab = { z: 'tab', x: 100, y: 100 }

describe(`fieldlog-serial-in: sending (${nodeRedName})`, () => {
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

  /** Each kind of end has a node of its own. */
  function flow(options: object = {}, wires = [['lines'], [], ['answers']]) {
    const path = `tcp://127.0.0.1:${server.port}`
    return [
      { id: 'tab', type: 'tab' },
      { id: 'port', type: 'fieldlog-port', path, ...options },
      { id: 'in', type: 'fieldlog-serial-in', ...onTab, port: 'port', wires },
      { id: 'catch', type: 'catch', ...onTab, scope: ['in'], wires: [['failures']] },
      { id: 'complete', type: 'complete', ...onTab, scope: ['in'], wires: [['completed']] },
      ...['lines', 'answers', 'failures', 'completed'].map((id) => ({ id, type: 'helper', ...onTab })),
    ]
  }

  const linePort = (): LinePort => (helper.getNode('port') as unknown as PortNode).port
  const send = (message: object): void => helper.getNode('in').receive(message as NodeMessage)
  const waitFor = async (condition: () => boolean) => {
    while (!condition()) await new Promise<void>((resolve) => setImmediate(resolve))
  }
  const isOpen = () => linePort().state.state === 'open'

  /** The next message that a node gets. */
  async function arrival<Message extends Sent = Sent>(id: string): Promise<Message> {
    const [message] = (await once(helper.getNode(id), 'input')) as [Message]
    return message
  }

  /** The texts of the errors that come from now on, without the port's address. */
  function collectFailures(): string[] {
    const texts: string[] = []
    helper.getNode('failures').on('input', (message) => {
      texts.push((message as Failed).error.message.replace(/^SendError: [\d.]+:\d+: /, ''))
    })
    return texts
  }

  async function load(options: object = {}, wires?: string[][]): Promise<void> {
    await helper.load([port, serialIn], flow(options, wires))
    await waitFor(isOpen)
  }

  it('sends the answer out of the third output, in the message that asked, and out of the first as a line', async () => {
    const asked = server.answer((line) => `noise\r\n${line.replace('?', '=')}21.5\r\nT=9\r\n`)
    await load()
    const [answer, line, completed] = [arrival('answers'), arrival('lines'), arrival('completed')]
    send({ payload: 'T?', topic: 'kitchen', mine: 7, answer: '^T=(?<temp>[0-9.]+)', timeout: 2000 })
    const { payload, groups, topic, mine } = await answer
    assert.deepEqual([payload, groups, topic, mine], ['T=21.5', { temp: '21.5' }, 'kitchen', 7])
    assert.equal((await completed).payload, 'T=21.5')
    assert.equal((await line).payload, 'noise')
    await waitFor(() => linePort().counts.sent === 3)
    assert.deepEqual(asked, ['T?'])
  })

  it('is done with a message without an answer when the system has the bytes', async () => {
    const came = server.answer(() => undefined)
    await load({ sendEnd: 'crlf' })
    for (const payload of ['AT', Buffer.from('raw\n'), 42]) {
      const completed = arrival('completed')
      send({ payload })
      assert.deepEqual((await completed).payload, payload)
    }
    await waitFor(() => came.length === 3)
    assert.deepEqual(came, ['AT', 'raw', '42'])
  })

  it('fails a message that is not answered in time, with a code, and goes on with the next one', async () => {
    server.answer((line) => (line === 'b' ? 'b!\n' : undefined))
    await load()
    const [failure, answer] = [arrival<Failed>('failures'), arrival('answers')]
    send({ payload: 'a', answer: '.', timeout: 50 })
    send({ payload: 'b', answer: '.' })
    const { error, payload } = await failure
    assert.equal(payload, 'a')
    assert.equal(error.code, 'SEND_UNANSWERED')
    assert.match(
      error.message,
      /^SendError: 127\.0\.0\.1:\d+: no answer came within 50 ms; check msg\.answer/,
    )
    assert.equal((await answer).payload, 'b!')
  })

  it('fails what cannot be sent, and what harms a JeeLink', async () => {
    const came = server.answer(() => undefined)
    await load({ collector: 'jeelink' })
    for (const [message, text] of [
      [
        { payload: { a: 1 } },
        /^SendError: msg\.payload is an object and cannot be sent: give a string, a number or a Buffer;/,
      ],
      [{ payload: 'a', answer: '(' }, /^SendError: msg\.answer is no regular expression/],
      [{ payload: '1z' }, /: "1z" powers the collector off; it is sent only where msg\.force is true$/],
    ] as const) {
      const failure = arrival<Failed>('failures')
      send(message)
      assert.match((await failure).error.message, text)
    }
    Object.defineProperty(linePort(), 'busy', { value: 'a replay of the collector runs' })
    const failure = arrival<Failed>('failures')
    send({ payload: 'd' })
    assert.equal((await failure).error.code, 'SEND_REFUSED')
    const completed = arrival('completed')
    send({ payload: '1z\n', force: true, abort: true })
    await completed
    await waitFor(() => came.length === 1)
    assert.deepEqual(came, ['1z'])
  })

  it('fails what waited for an answer when the connection is lost; what waits behind it goes over the next one', async () => {
    const came = server.answer((line) => (line === 'second' ? 'yes\n' : undefined))
    await load()
    const [failure, answer] = [arrival<Failed>('failures'), arrival('answers')]
    send({ payload: 'first', answer: 'never' })
    send({ payload: 'second', answer: 'yes' })
    await waitFor(() => came.length === 1)
    server.cut()
    assert.match(
      (await failure).error.message,
      /the connection was lost before the answer came; send the message again$/,
    )
    assert.equal((await answer).payload, 'yes')
    assert.deepEqual(came, ['first', 'second'])
  })

  it('sends the startup lines before anything else, on each connection', async () => {
    const came = server.answer(() => undefined)
    await load({ startLines: 'one\ntwo' })
    send({ payload: 'three' })
    server.send('banner\n')
    await waitFor(() => came.length === 3)
    server.cut()
    await waitFor(() => !isOpen())
    await waitFor(isOpen)
    server.send('banner\n')
    await waitFor(() => came.length === 5)
    assert.deepEqual(came, ['one', 'two', 'three', 'one', 'two'])
  })

  it('ends the messages of a node that a deploy replaces, with an error', async () => {
    const came = server.answer(() => undefined)
    await load()
    const errors: string[] = []
    const warnings: string[] = []
    const replaced = helper.getNode('in')
    replaced.on('call:error', ({ firstArg }: { firstArg: Failed['error'] }) =>
      errors.push(String(firstArg.code)),
    )
    replaced.on('call:warn', ({ firstArg }: { firstArg: string }) => warnings.push(firstArg))
    send({ payload: 'first', answer: 'never' })
    send({ payload: 'second' })
    await waitFor(() => came.length === 1)
    const nodes = flow()
    Object.assign(nodes[2]!, { name: 'changed' })
    await helper.setFlows(nodes, 'nodes')
    assert.deepEqual(errors, ['SEND_CLOSED', 'SEND_CLOSED'])
    assert.deepEqual(warnings, [
      'serial in: 2 messages were not sent, or not answered, before the node was removed or changed: send again what still matters',
    ])
    assert.equal(linePort().sending.waiting, 0)
    const completed = arrival('completed')
    send({ payload: 'third' })
    await completed
    await waitFor(() => came.length === 2)
    assert.deepEqual(came, ['first', 'third'])
  })

  it('ends what waits when the gateway stops, and takes nothing any more', async () => {
    const came = server.answer(() => undefined)
    await load()
    const failures = collectFailures()
    send({ payload: 'first', answer: 'never' })
    await waitFor(() => came.length === 1)
    await drain()
    send({ payload: 'second' })
    await waitFor(() => failures.length === 2)
    assert.deepEqual(failures, [
      'the gateway stops; nothing more is sent',
      'the gateway stops; nothing more is sent',
    ])
    assert.deepEqual(came, ['first'])
  })

  it('runs with the one output of an older flow, and sends there too', async () => {
    const came = server.answer(() => 'yes\n')
    await load({}, [['lines']])
    const [line, completed] = [arrival('lines'), arrival('completed')]
    send({ payload: 'a', answer: 'yes' })
    assert.equal((await line).payload, 'yes')
    assert.equal((await completed).payload, 'yes')
    assert.deepEqual(came, ['a'])
  })

  it('fails each message where it has no port', async () => {
    const nodes = flow()
    Object.assign(nodes[2]!, { port: '' })
    await helper.load([port, serialIn], nodes)
    const failure = arrival<Failed>('failures')
    send({ payload: 'a' })
    assert.equal(
      (await failure).error.message,
      'Error: serial in: there is no port to send to: choose or add one in the panel',
    )
  })
})
