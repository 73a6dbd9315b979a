import assert from 'node:assert/strict'
import { isAnyOn, parseEvents, withTransports } from '../../../lib/appliance/events.ts'
import { joinFlows } from '../../../lib/appliance/home.ts'

describe('appliance: FIELDLOG_EVENTS', () => {
  it('names transports, each by its usual name or by another one', () => {
    assert.deepEqual(parseEvents('queue'), { queueName: '/telog.mq' })
    assert.deepEqual(parseEvents('socket:/run/telog.sock, queue:/mine'), {
      socketName: '/run/telog.sock',
      queueName: '/mine',
    })
    assert.deepEqual(parseEvents('socket:@mine'), { socketName: '@mine' })
    const ports = { udp: '127.0.0.1:5150', 'udp:7': '127.0.0.1:7', 'udp:0.0.0.0:5150': '0.0.0.0:5150' }
    for (const [text, address] of Object.entries(ports)) {
      const [host, port] = address.split(':')
      assert.deepEqual(parseEvents(text), { udp: { host, port: Number(port) } }, text)
    }
    assert.deepEqual(parseEvents('udp:[::1]:5150'), { udp: { host: '::1', port: 5150 } })
  })

  it('is off, or wrong, with anything else', () => {
    for (const text of ['off', 'OFF']) assert.deepEqual(parseEvents(text), {}, text)
    assert.equal(isAnyOn({}), false)
    for (const text of [
      'on',
      'queue,',
      'queue,queue',
      'queue:telog',
      'socket:name',
      `socket:@${'x'.repeat(107)}`,
      'udp:0',
      'udp:65536',
      'udp:host',
      'queue;socket',
      'QUEUE',
    ]) {
      assert.equal(parseEvents(text), undefined, text)
    }
  })

  it('switches the transports of the flow, and leaves the rest as it is', () => {
    const flow = [
      { id: 'e', type: 'fieldlog-events', queue: true, queueName: '/telog.mq', socket: true, limit: 7 },
      { id: 'l', type: 'fieldlog-log', queue: true },
    ]
    assert.deepEqual(
      JSON.parse(
        withTransports(JSON.stringify(flow), { socketName: '@a', udp: { host: '::1', port: 5150 } }),
      ),
      [
        {
          ...flow[0],
          ...{ queue: false, socket: true, socketName: '@a', udp: true, udpHost: '::1', udpPort: 5150 },
        },
        flow[1],
      ],
    )
  })

  it('is on a tab behind the others, with the broker that is there', () => {
    const broker = { id: 'b', type: 'mqtt-broker' }
    const tabs = ['one', 'two'].map((id) => JSON.stringify([{ id, type: 'tab' }, broker]))
    assert.deepEqual(JSON.parse(joinFlows(...tabs)), [
      { id: 'one', type: 'tab' },
      broker,
      { id: 'two', type: 'tab' },
    ])
  })
})
