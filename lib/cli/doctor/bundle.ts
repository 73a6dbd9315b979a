// One file with everything that a support person would ask for, and no secret: JSON, gzipped. It needs no archiver here,
// and `zcat` or a browser shows it there.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { systemDisk } from '../../journal/disk/disk.ts'
import { journalPaths } from '../../journal/read/catalog.ts'
import { asError, errorCode } from '../../kit/errors.ts'
import { packageVersion } from '../../package.ts'
import type { Status } from '../../pages/status.ts'
import { CommandError } from '../command.ts'
import type { Finding } from './finding.ts'
import { type Machine, textIn } from './machine.ts'
import { flowForOthers, type Redact, redacted } from './redact.ts'
import { logTail } from './service.ts'
import { journalsOf, type Site } from './site.ts'

const logLength = 1_000
/** Of the system; none of them holds a user's data. */
const systemFiles = [
  '/etc/os-release',
  '/proc/meminfo',
  '/proc/self/mountinfo',
  '/proc/uptime',
  '/proc/loadavg',
]

export interface Looked {
  site: Site
  findings: readonly Finding[]
  status: Status | undefined
}

/** Writes the file, for its owner alone. Throws a CommandError where there is one of that name. */
export async function writeBundle(
  path: string,
  looked: Looked,
  machine: Machine,
  redact: Redact,
): Promise<void> {
  const content = redacted(await contentOf(looked, machine), redact)
  try {
    await writeFile(path, gzipSync(`${JSON.stringify(content, null, 1)}\n`), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const what =
      errorCode(error) === 'EEXIST'
        ? 'there is such a file already: give another name'
        : asError(error).message
    throw new CommandError(`cannot write ${path}: ${what}`)
  }
}

async function contentOf({ site, findings, status }: Looked, machine: Machine) {
  const variables = Object.entries(site.env).filter(([name]) => name.startsWith('FIELDLOG_'))
  const files: Record<string, unknown> = {}
  for (const path of systemFiles) files[path] = await textIn(machine, path)
  const unit = await machine.run('systemctl', 'cat', 'fieldlog.service')
  return {
    about:
      'Written by fieldlog doctor --bundle. Passwords, tokens, and the settings of nodes of others are left out.',
    written: new Date(machine.clock.wall()).toISOString(),
    version: packageVersion,
    findings,
    settings: Object.fromEntries(variables),
    flow: flowForOthers(site.flow),
    journals: await Promise.all(journalsOf(site).map(filesIn)),
    status,
    log: await logTail(machine, logLength),
    unit: unit?.status === 0 ? unit.out : undefined,
    system: files,
  }
}

async function filesIn(directory: string) {
  const files: Record<string, number> = {}
  const paths = await journalPaths(systemDisk, directory).catch(() => [])
  for (const path of paths) files[path] = (await systemDisk.stat(join(directory, path)))?.size ?? 0
  return { directory, files }
}
