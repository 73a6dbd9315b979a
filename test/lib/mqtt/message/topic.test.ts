import assert from 'node:assert/strict'
import { compileTopic, defaultTopic, statusTopic, topicProblem } from '../../../../lib/mqtt/message/topic.ts'
import { fc } from '../../../support/random.ts'

const topicOf = compileTopic(defaultTopic)
const values = { gateway: 'pi-4', verdict: 'good', type: 'room', source: 'ttyUSB0', device: 'kitchen' }

describe('mqtt topic', () => {
  it('fills the template', () => {
    assert.equal(topicOf(values), 'fieldlog/pi-4/good/room/kitchen')
    assert.equal(compileTopic('a/{type}-{type}/{source}')(values), 'a/room-room/ttyUSB0')
    assert.equal(compileTopic('fixed')(values), 'fixed')
    assert.equal(statusTopic('pi/4'), 'fieldlog/pi4/status')
  })

  it('removes what would change the level, and puts _ where nothing is left', () => {
    assert.equal(
      topicOf({ ...values, type: 'a/b+c#d\u0000e\u009ff', device: '#' }),
      'fieldlog/pi-4/good/abcdef/_',
    )
    assert.equal(topicOf({ ...values, verdict: undefined, type: '' }), 'fieldlog/pi-4/_/_/kitchen')
    assert.equal(topicOf({ ...values, type: 'x\uFFFE\uD800y' }), 'fieldlog/pi-4/good/xy/kitchen')
    assert.equal(topicOf({ ...values, type: 'température' }), 'fieldlog/pi-4/good/température/kitchen')
  })

  it('may name the key, the source, the id of the device and values of fields', () => {
    const made = compileTopic('{source}/{key}/{eventId}/{data.room}/{data.temp}/{data.none}/{field}')
    const data = { room: 'a/b', temp: 18.5, open: false }
    assert.equal(
      made({ ...values, key: '1.2', eventId: 7, data, field: 'temp' }),
      'ttyUSB0/1.2/7/ab/18.5/_/temp',
    )
    assert.equal(made({ data: { room: null, temp: 0 } }), '_/_/_/_/0/_/_')
    assert.equal(compileTopic('{data.toString}/{data.open}')({ data }), '_/false')
  })

  it('is made anew for each value, however many there are', () => {
    const made = compileTopic('{device}/{data.temp}')
    for (let i = 0; i < 3_000; i++) assert.equal(made({ device: 'd', data: { temp: i } }), `d/${i}`)
    for (let i = 0; i < 3_000; i++)
      assert.equal(topicOf({ ...values, device: `d${i}` }), `fieldlog/pi-4/good/room/d${i}`)
  })

  it('has in it at once what is the same for all events', () => {
    const made = compileTopic('{gateway}/{type}{gateway}', { gateway: 'pi/4' })
    assert.equal(made({ type: 'room' }), 'pi4/roompi4')
    assert.equal(made({ type: 'room', gateway: 'other' }), 'pi4/roompi4')
    assert.equal(compileTopic('{gateway}/x', { gateway: '' })({}), '_/x')
    assert.equal(compileTopic('{gateway}/x', { gateway: '$SYS' })({}), '_$SYS/x')
  })

  it('never begins with $', () => {
    assert.equal(compileTopic('{type}/x')({ type: '$SYS' }), '_$SYS/x')
  })

  it('takes 65,535 bytes, not one more', () => {
    const template = compileTopic('{type}')
    assert.equal(template({ type: 'é'.repeat(32_767) }).length, 32_767)
    assert.equal(template({ type: 'x'.repeat(65_535) }).length, 65_535)
    assert.throws(
      () => template({ type: 'é'.repeat(32_768) }),
      /would be 65536 bytes long, MQTT allows 65535/,
    )
  })

  it('gives a valid topic of the same depth for any values', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (type, device) => {
        const topic = topicOf({ ...values, type, device })
        assert.equal(topic.split('/').length, 5)
        assert.ok(!topic.split('/').includes(''))
        assert.doesNotMatch(topic, /[+#\p{Cc}\p{Cs}]/u)
        assert.equal(Buffer.from(topic).toString(), topic)
      }),
    )
  })

  it('says in words what is wrong with a template', () => {
    const wrong: Array<[string, RegExp]> = [
      ['', /empty/],
      ['a/{kind}', /\{kind\} is not known: use \{gateway\}, \{verdict\}, .*\{field\} or \{data\.NAME\}\.$/],
      ['a/{data.}', /\{data\.\} is not known/],
      ['a/{type', /brace is not closed/],
      ['a/#', /must not contain \+ or #/],
      ['$SYS/a', /must not begin with \$/],
      ['a//b', /empty level/],
      ['/a', /empty level/],
      ['a/\u0007', /control character/],
    ]
    for (const [template, problem] of wrong) {
      assert.match(topicProblem(template)?.text ?? 'no problem', problem)
      assert.throws(() => compileTopic(template), problem)
    }
    assert.equal(topicProblem(defaultTopic), undefined)
  })
})
