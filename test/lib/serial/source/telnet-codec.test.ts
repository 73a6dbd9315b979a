import assert from 'node:assert/strict'
import { escapeTelnet, subnegotiation, TelnetCodec } from '../../../../lib/serial/source/telnet-codec.ts'
import { fc } from '../../../support/random.ts'

function codec(more: number[] = []) {
  let data = ''
  let replies = ''
  const heard: string[] = []
  const made = new TelnetCodec(
    {
      data: (bytes) => {
        data += bytes.toString('hex')
      },
      reply: (bytes) => {
        replies += bytes.toString('hex')
      },
      option: (option, isWanted) => heard.push(`${isWanted ? 'do' : 'dont'} ${option}`),
      subnegotiation: (option, value) => heard.push(`sb ${option} ${value.toString('hex')}`),
    },
    more,
  )
  const push = (hex: string) => made.push(Buffer.from(hex, 'hex'))
  return { made, push, heard, data: () => data, replies: () => replies }
}

describe('telnet', () => {
  it('takes commands out of the bytes, and a doubled FF for one, however they are chunked', () => {
    const stream = '4142fffb01fffd18fff143ffffff0a44fffa18010203fff045ffff'
    for (let size = 2; size <= stream.length; size += 2) {
      const { push, data } = codec()
      for (let at = 0; at < stream.length; at += size) push(stream.slice(at, at + size))
      assert.equal(data(), '414243ff4445ff')
    }
  })

  it('refuses what is offered or wanted, but for binary and suppress-go-ahead', () => {
    const { push, replies } = codec()
    push('fffb01fffb03fffb00fffd18fffd1ffffd00fffd03')
    assert.equal(replies(), 'fffe01fffd03fffd00fffc18fffc1ffffb00fffb03')
  })

  it('answers what changes something, and nothing else: so two ends come to rest', () => {
    const { push, replies } = codec()
    push('fffb00fffb00fffc01fffe18')
    assert.equal(replies(), 'fffd00')
    push('fffc00fffc00')
    assert.equal(replies(), 'fffd00fffe00')
  })

  it('takes the answer to what it asked for as that', () => {
    const { made, push, replies, heard } = codec([44])
    assert.equal(made.ask([0, 44], [3]).toString('hex'), 'fffb00fffb2cfffd03')
    push('fffd00fffd2cfffb03fffe2c')
    assert.equal(replies(), 'fffc2c')
    assert.deepEqual(heard, ['do 0', 'do 44', 'dont 44'])
  })

  it('gives subnegotiations whole, with FF inside', () => {
    const { push, heard, data } = codec()
    push('41fffa2c6500')
    push('00ffff00ff')
    push('f042')
    assert.deepEqual([heard, data()], [['sb 44 650000ff00'], '4142'])
  })

  it('sends any bytes so that they arrive as they are', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant(255), fc.nat({ max: 255 }))), (bytes) => {
        const { made, data, replies } = codec()
        made.push(escapeTelnet(Buffer.from(bytes)))
        assert.deepEqual([data(), replies()], [Buffer.from(bytes).toString('hex'), ''])
      }),
    )
    assert.equal(subnegotiation(44, [1, 255]).toString('hex'), 'fffa2c01fffffff0')
  })
})
