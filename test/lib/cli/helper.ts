// Runs the `fieldlog` command from the sources, or one of its subcommands in this process.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Command, type Io, runCommand } from '../../../lib/cli/command.ts'

export const program = join(import.meta.dirname, '../../../bin/fieldlog.ts')

export interface Outcome {
  status: number | null
  stdout: string
  stderr: string
}

/** Runs a subcommand in this process. */
export async function runHere(name: string, command: Command, args: string[], more: Partial<Io> = {}) {
  const printed = { out: '', err: '' }
  const io: Io = {
    async out(text) {
      printed.out += text
    },
    err(text) {
      printed.err += text
    },
    signal: new AbortController().signal,
    env: {},
    isWatched: false,
    hasColours: false,
    ...more,
  }
  return { status: await runCommand(name, command, args, io), ...printed }
}

/** Runs a subcommand to its end. */
export function fieldlog(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return spawnFieldlog(args, env).outcome
}

/** Starts a subcommand. */
export function spawnFieldlog(
  args: string[],
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; outcome: Promise<Outcome> } {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  const outcome = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    outcome.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    outcome.stderr += text
  })
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, ...outcome }))
  })
  return { child, outcome: ended }
}

/** Makes a directory for each test of a suite and removes it. */
export function temporaryDirectory(): { readonly path: string } {
  const place = { path: '' }
  beforeEach(async () => {
    place.path = await mkdtemp(join(tmpdir(), 'fieldlog-cli-'))
  })
  afterEach(() => rm(place.path, { recursive: true }))
  return place
}
