// The serial ports of this machine, for the panel's suggestions.
import { readdir, realpath } from 'node:fs/promises'
import { errorCode } from '../../kit/errors.ts'
import { type ListedPort, type ListPorts, listedPorts } from './listed.ts'

const byIdFolder = '/dev/serial/by-id'

export interface PortSuggestion {
  /** what to enter */
  path: string
  /** what it is, in a few words; may be empty */
  text: string
}

export interface PortSystem {
  /** names in a folder; rejects with ENOENT where there is none */
  names(folder: string): Promise<string[]>
  /** what a link stands for */
  target(path: string): Promise<string>
  /** the ports that the system knows */
  list: ListPorts
}

const thisSystem: PortSystem = { names: readdir, target: realpath, list: listedPorts }

/**
 * The ports present. First the names under /dev/serial/by-id, which stay the same whatever the order of
 * plugging in; then the others, the mainboard's ttyS last. Empty where the system cannot say.
 */
export async function listPorts(system: PortSystem = thisSystem): Promise<PortSuggestion[]> {
  const known = await knownPorts(system)
  const byId = await byIdPorts(system, known)
  const named = new Set(byId.map((port) => port.target))
  const others = known
    .filter((port) => !named.has(port.path))
    .sort((a, b) => rank(a.path) - rank(b.path) || a.path.localeCompare(b.path, 'en', { numeric: true }))
  return [
    ...byId.map(({ path, text }) => ({ path, text })),
    ...others.map((port) => ({ path: port.path, text: describe(port) })),
  ]
}

async function byIdPorts(
  system: PortSystem,
  known: ListedPort[],
): Promise<Array<PortSuggestion & { target: string }>> {
  const ports = []
  for (const name of (await namesOrNone(system, byIdFolder)).sort()) {
    const path = `${byIdFolder}/${name}`
    const target = await targetOf(system, path)
    const maker = known.find((port) => port.path === target)
    ports.push({ path, target, text: [target, maker && describe(maker)].filter(Boolean).join(', ') })
  }
  return ports
}

async function knownPorts(system: PortSystem): Promise<ListedPort[]> {
  try {
    return await system.list()
  } catch {
    // no udev, as in a container: the names in /dev have to do
    const names = (await namesOrNone(system, '/dev')).filter((name) => /^tty(USB|ACM|AMA)\d+$/.test(name))
    return names.map((name) => ({ path: `/dev/${name}` }))
  }
}

async function namesOrNone(system: PortSystem, folder: string): Promise<string[]> {
  try {
    return await system.names(folder)
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes(errorCode(error) ?? '')) return []
    throw error
  }
}

async function targetOf(system: PortSystem, path: string): Promise<string> {
  try {
    return await system.target(path)
  } catch {
    // unplugged between the two looks: the name alone has to do
    return path
  }
}

function describe(port: ListedPort): string {
  return [port.manufacturer, port.serialNumber].filter(Boolean).join(' ')
}

function rank(path: string): number {
  return /ttyS\d+$/.test(path) ? 1 : 0
}
