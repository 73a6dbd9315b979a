import assert from 'node:assert/strict'
import { isLoopbackAuthority } from '../../../../lib/appliance/loopback.ts'
import { isOwnAuthority } from '../../../../lib/appliance/setup/neighbours.ts'
import { hostOf } from '../../../../lib/appliance/web/host-header.ts'

describe('the Host header', () => {
  it('is read without port, brackets, case and the dot at the end', () => {
    for (const [header, host] of [
      ['localhost', 'localhost'],
      ['LocalHost.:1880', 'localhost'],
      ['pi_4.example.org:65535', 'pi_4.example.org'],
      ['192.168.1.7:0', '192.168.1.7'],
      ['127.0.0.1.', '127.0.0.1'],
      ['[::1]', '::1'],
      ['[FE80::A]:1880', 'fe80::a'],
    ] as const) {
      assert.equal(hostOf(header), host, header)
    }
  })

  it('names no host, for any of its readers, where it is not exactly one with at most a port', () => {
    for (const header of [
      undefined,
      '',
      ' ',
      '.',
      ':1880',
      'localhost:',
      'localhost:x',
      'localhost:65536',
      'localhost:000080',
      'localhost:80:80',
      'localhost..',
      '.localhost',
      'localhost, localhost',
      'localhost localhost',
      'localhost\n',
      '\u00a0localhost',
      'user@localhost',
      'user:80@localhost:1880',
      'localhost/path',
      'localhost?x',
      'localhost#x',
      'localhost\\x',
      'http://localhost',
      'l\u00f6calhost',
      'local%68ost',
      '::1',
      '[::1',
      '::1]',
      '[]',
      '[[::1]]',
      '[::1].',
      '[::1]x',
      '[::1]:x',
      '[::1]:65536',
      '[localhost]',
      '[127.0.0.1]',
      '[::1]@localhost',
    ]) {
      assert.equal(hostOf(header), undefined, String(header))
      assert.equal(isLoopbackAuthority(header), false, String(header))
      assert.equal(isOwnAuthority(header, ''), false, String(header))
      assert.equal(isOwnAuthority(header, 'localhost'), false, String(header))
    }
  })

  it('names this machine for the guards with a dot at the end, too', () => {
    for (const header of ['localhost.', 'LOCALHOST.:1880', '127.0.0.1.:1880']) {
      assert.equal(isLoopbackAuthority(header), true, header)
      assert.equal(isOwnAuthority(header, 'pi-4'), true, header)
    }
  })
})
