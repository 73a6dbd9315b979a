// The serial ports: which there are, which the flow wants, who may open them, and who has.
import { asError } from '../../kit/errors.ts'
import { type Address, parseAddress } from '../../serial/source/address.ts'
import type { PortSuggestion } from '../../serial/source/ports.ts'
import { servicePaths, serviceUser } from '../service/unit.ts'
import { type Finding, sayOf } from './finding.ts'
import { type Machine, textIn } from './machine.ts'
import { nodesOf, propertyOf, type Site } from './site.ts'

const say = sayOf('serial')

export async function serial(site: Site, machine: Machine): Promise<Finding[]> {
  const ports = await machine.ports()
  const named = ports.map(({ path, text }) => (text === '' ? path : `${path} (${text})`))
  const findings = [say.ok(ports.length === 0 ? 'no ports here' : `ports here: ${named.join('; ')}`)]
  const wanted = nodesOf(site, 'fieldlog-port').map((node) => propertyOf(site, node, 'path'))
  if (wanted.length === 0 && site.config) wanted.push(site.config.serial)
  for (const address of new Set(wanted)) findings.push(await wantedPort(address, ports, machine))
  return [...findings, ...(await groupOf(site, machine))]
}

async function wantedPort(
  text: string,
  ports: readonly PortSuggestion[],
  machine: Machine,
): Promise<Finding> {
  let address: Address
  try {
    address = parseAddress(text)
  } catch (error) {
    return say.fault(asError(error).message, 'correct the path in the panel of the port')
  }
  if (address.kind === 'demo') return say.ok('the flow reads demo:, a device that is made up')
  if (address.kind === 'device') return devicePort(address.path, ports, machine)
  // one that is connected may take no second client, so nothing is tried
  return say.ok(`the flow reads ${text}`)
}

async function devicePort(
  path: string,
  ports: readonly PortSuggestion[],
  machine: Machine,
): Promise<Finding> {
  const port = ports.find((port) => port.path === path || port.text.split(', ')[0] === path)
  if (!port) {
    const others =
      ports.length === 0 ? 'no port is here' : `there are ${ports.map((each) => each.path).join(', ')}`
    return say.fault(
      `the flow reads ${path}, which is not here: ${others}`,
      'is it plugged in? A name below /dev/serial/by-id stays the same whatever is plugged in',
    )
  }
  if (port.problem === undefined)
    return say.ok(`the flow reads ${path}, which can be opened, and nobody has it open`)
  if (await isGateways(port.problem, machine))
    return say.ok(`the flow reads ${path}: ${port.problem}, the gateway`)
  return say.fault(
    `the flow reads ${path}: ${port.problem}`,
    'end the other program, or let its user into the group dialout; then the gateway opens it by itself',
  )
}

/** Whether one process alone is named, and that is a gateway. */
async function isGateways(holder: string, machine: Machine): Promise<boolean> {
  const processes = [...holder.matchAll(/process (\d+)/g)].map(([, id]) => id)
  if (processes.length !== 1) return false
  const words = (await textIn(machine, `/proc/${processes[0]}/cmdline`)) ?? ''
  return /fieldlog|start\.(?:js|ts)/.test(words)
}

/** Of the service's user, which is another one than the one who asks. */
async function groupOf({ home, isService }: Site, machine: Machine): Promise<Finding[]> {
  if (!isService || home !== servicePaths.home) return []
  const asked = await machine.run('id', '-nG', serviceUser)
  if (asked?.status !== 0) return []
  if (asked.out.trim().split(/\s+/).includes('dialout'))
    return [say.ok(`the user ${serviceUser} is in the group dialout`)]
  return [
    say.warning(
      `the user ${serviceUser} is not in the group dialout`,
      `sudo usermod -aG dialout ${serviceUser}; the service itself is let in by its unit`,
    ),
  ]
}
