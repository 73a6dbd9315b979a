import assert from 'node:assert/strict'
import type { NetworkInterfaceInfo } from 'node:os'
import { isNear, isOwnAuthority } from '../../../../lib/appliance/setup/neighbours.ts'

const card = (family: 'IPv4' | 'IPv6', cidr: string) => ({ family, cidr }) as unknown as NetworkInterfaceInfo
/** A home with public addresses of IPv6, and a machine at a provider. */
const interfaces = { eth0: [card('IPv6', '2001:db8:1:2::7/64'), card('IPv4', '203.0.113.7/24')] }

describe('the neighbours of a gateway without a password', () => {
  it('have private addresses, or public ones of IPv6 in its own network', () => {
    for (const address of [
      '127.0.0.1',
      '::1',
      '::ffff:192.168.1.7',
      '192.168.1.7',
      '10.1.2.3',
      '172.16.0.1',
      '172.31.255.254',
      '169.254.7.7',
      '100.64.0.1',
      'fe80::1',
      'fe80::1%eth0',
      'fd12:3456::1',
      '2001:db8:1:2:3:4:5:6',
    ]) {
      assert.equal(isNear(address, interfaces), true, address)
    }
  })

  it('are not those of the Internet, nor those beside it at a provider', () => {
    for (const address of [
      '8.8.8.8',
      '::ffff:8.8.8.8',
      '172.32.0.1',
      '192.169.0.1',
      '100.128.0.1',
      '203.0.113.8',
      '2001:db8:1:3::1',
      '2001:4860:4860::8888',
      '',
      'x',
      undefined,
    ]) {
      assert.equal(isNear(address, interfaces), false, String(address))
    }
  })
})

describe('the names of a gateway without a password', () => {
  it('are addresses, its own name, and those of mDNS', () => {
    for (const header of [
      '192.168.1.7',
      '192.168.1.7:1880',
      '[fe80::1]:1880',
      '[::1]',
      'localhost:1880',
      'pi-4:1880',
      'PI-4.local:1880',
      'pi-4.local.',
      'other.local',
      'pi-4.example.org',
    ]) {
      assert.equal(isOwnAuthority(header, 'pi-4.example.org'), true, header)
    }
  })

  it('are none that a page of the web can have', () => {
    for (const header of [
      undefined,
      '',
      'evil.example',
      'pi-4.evil.example',
      'pi-4.local.evil.example',
      'local',
      '.local',
      'evil.example:80@pi-4.local',
      'pi-4.local/evil',
      '192.168.1.7.evil.example',
      '192.168.1',
      '[evil.example]',
      '[::1].evil.example',
      'pi-4.local:x',
    ]) {
      assert.equal(isOwnAuthority(header, 'pi-4'), false, String(header))
    }
  })
})
