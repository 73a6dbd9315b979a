import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { addressOf } from '../../../../lib/appliance/web/address.ts'

const from = (remoteAddress: string, forwarded?: string) =>
  addressOf({
    socket: { remoteAddress },
    headers: { 'x-forwarded-for': forwarded },
  } as unknown as IncomingMessage)

describe('appliance: the address of a wrong login', () => {
  it('is that of the other end; one for this machine, one for an IPv6 network', () => {
    assert.equal(from('192.168.1.7'), '192.168.1.7')
    assert.equal(from('::ffff:192.168.1.7'), '192.168.1.7')
    for (const own of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])
      assert.equal(from(own), 'this machine')
    assert.equal(from('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64')
    assert.equal(from('2001:db8::5'), from('2001:db8::9:9'))
    assert.notEqual(from('2001:db8:0:1::5'), from('2001:db8:0:2::5'))
  })

  it('is the last that a proxy on this machine has added, and nothing that others claim', () => {
    assert.equal(from('127.0.0.1', '1.2.3.4, 10.0.0.9'), '10.0.0.9')
    assert.equal(from('127.0.0.1', 'x'), 'this machine')
    assert.equal(from('192.168.1.7', '10.0.0.9'), '192.168.1.7')
  })
})
