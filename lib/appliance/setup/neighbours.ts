// Who may see the set-up page: machines of the same network, by a name that only they use for this one.
import { BlockList, isIP, isIPv6 } from 'node:net'
import type { NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import { hostOf } from '../web/host-header.ts'

/** Addresses that the Internet does not carry: of this machine, of private networks, of the link. */
const privateNetworks = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  // shared by the customers of a provider, and by VPNs between one's own machines
  '100.64.0.0/10',
  '::1/128',
  'fe80::/10',
  'fc00::/7',
]

/**
 * True for an address of a private network, and for one of IPv6 in a network that this machine is in, too: there the
 * addresses of a home are public ones.
 * @param interfaces of this machine, at this moment
 */
export function isNear(
  address: string | undefined,
  interfaces: ReturnType<typeof networkInterfaces>,
): boolean {
  const plain = (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  if (isIP(plain) === 0) return false
  const near = new BlockList()
  const own = Object.values(interfaces).flatMap((each) => each ?? [])
  for (const network of [...privateNetworks, ...own.map(networkOf)]) {
    const [base = '', bits] = network.split('/')
    if (isIP(base) !== 0) near.addSubnet(base, Number(bits), isIPv6(base) ? 'ipv6' : 'ipv4')
  }
  return near.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
}

/** Of IPv4 a network with public addresses is a provider's, and neighbours in it are strangers. */
function networkOf({ family, cidr }: NetworkInterfaceInfo): string {
  return family === 'IPv6' ? (cidr ?? '') : ''
}

/**
 * True where a Host header calls this machine by an address, by its own name, or by a name of mDNS (`.local`). No page
 * of the web can have such a name, so none can pass for this one by DNS (rebinding).
 * @param hostName as the system has it, with a domain or without
 */
export function isOwnAuthority(header: string | undefined, hostName: string): boolean {
  const name = hostOf(header)
  if (name === undefined) return false
  const own = hostName.toLowerCase()
  return (
    isIP(name) !== 0 ||
    name === 'localhost' ||
    name === own ||
    name === own.split('.')[0] ||
    /^[a-z\d-]+(?:\.[a-z\d-]+)*\.local$/.test(name)
  )
}
