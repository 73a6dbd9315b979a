// Runs the `fieldlog` command from the sources.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const program = join(import.meta.dirname, '../../../bin/fieldlog.ts')

export interface Outcome {
  status: number | null
  stdout: string
  stderr: string
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
