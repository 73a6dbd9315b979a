// The examples in docs/at-the-broker.md are what is sent.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lineProtocolWriter } from '../../../lib/mqtt/message/line-protocol.ts'
import { payloadWriter } from '../../../lib/mqtt/message/payload.ts'
import { compileTopic } from '../../../lib/mqtt/message/topic.ts'
import { event, viewOf, World } from './support.ts'

const text = readFileSync(join(import.meta.dirname, '../../../docs/at-the-broker.md'), 'utf8')
/** `    <topic> <payload>` */
const examples = new Map(
  [...text.matchAll(/^ {4}((?:fieldlog|homeassistant)\/\S+) (.+)$/gm)].map(([, topic, payload]) => [
    topic!,
    payload!,
  ]),
)

const time = 1353196800062
const reading = event({
  ...{
    id: 'k3x9a7qd-812345',
    seq: 812345,
    time,
    received: time,
    source: 'ttyUSB0',
    key: '12',
    device: 'kitchen',
  },
  data: { light: 0, moved: 0, humi: 59, temp: 18.2, lobat: 0 },
})

describe('the document At the broker', () => {
  it('has each retained message as it is sent', async () => {
    const world = new World()
    await world.start(viewOf([{ source: 'ttyUSB0', key: '12', name: 'kitchen', place: 'north wall' }]))
    world.announcer.look([{ device: 'kitchen', isSilent: false, quiet: 180 }])
    world.take(reading)
    await world.settled()
    const retained = [...examples].filter(([topic]) =>
      /^homeassistant|\/latest\/|\/availability\//.test(topic),
    )
    assert.deepEqual(
      new Map(retained),
      new Map([...world.broker].sort().map(([topic, payload]) => [topic, payload])),
    )
  })

  it('has an event, and its line for InfluxDB, as they are sent', () => {
    assert.equal(examples.get('fieldlog/pi-4/good/room/kitchen'), payloadWriter('pi-4')(reading))
    assert(text.includes(`    ${lineProtocolWriter('pi-4')(reading)}\n`))
  })

  it('has the topic of a bare value as its template makes it', () => {
    const [, template] = /for example\s`(fieldlog\/\S+\{field\})`/.exec(text) ?? []
    const [, topic] = /stateTopic="([^"]+)"/.exec(text) ?? []
    assert.equal(compileTopic(template!, { gateway: 'pi-4' })({ device: 'kitchen', field: 'temp' }), topic)
  })
})
