// The serial ports of this machine, for the panel's suggestions.
import { constants } from 'node:fs'
import { access, readdir, realpath } from 'node:fs/promises'
import { errorCode } from '../../kit/errors.ts'
import { deviceError } from './explain.ts'
import { holdersOf } from './holders.ts'
import { type ListedPort, type ListPorts, listedPorts } from './listed.ts'

const byIdFolder = '/dev/serial/by-id'

export interface PortSuggestion {
  /** what to enter */
  path: string
  /** what it is, in a few words; may be empty */
  text: string
  /** why it cannot be opened now, and what to do */
  problem?: string
}

export interface PortSystem {
  /** names in a folder; rejects with ENOENT where there is none */
  names(folder: string): Promise<string[]>
  /** what a link stands for */
  target(path: string): Promise<string>
  /** the ports that the system knows */
  list: ListPorts
  /** rejects where this user may not read and write the device */
  access(path: string): Promise<void>
  /** who has them open, by the path */
  holders(paths: readonly string[]): Promise<ReadonlyMap<string, string>>
}

const thisSystem: PortSystem = {
  names: readdir,
  target: realpath,
  list: listedPorts,
  access: (path) => access(path, constants.R_OK | constants.W_OK),
  holders: holdersOf,
}

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
  const found: Found[] = [
    ...byId,
    ...others.map((port) => ({ path: port.path, target: port.path, text: describe(port) })),
  ]
  const holders = await system.holders(found.map(({ target }) => target))
  return Promise.all(
    found.map(async ({ path, target, text }) => {
      const problem = await problemOf(system, target, holders.get(target))
      return { path, text, ...(problem !== undefined && { problem }) }
    }),
  )
}

interface Found extends PortSuggestion {
  /** the device behind its name */
  target: string
}

async function problemOf(
  system: PortSystem,
  device: string,
  holder: string | undefined,
): Promise<string | undefined> {
  try {
    await system.access(device)
  } catch (error) {
    const code = errorCode(error)
    return code === 'EACCES' || code === 'EPERM' ? deviceError(device, error).message : undefined
  }
  return holder === undefined ? undefined : `in use by ${holder}`
}

async function byIdPorts(system: PortSystem, known: ListedPort[]): Promise<Found[]> {
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
