// Runs processes side by side. Each one's output is printed as a whole when it ends, so that they do not mix.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

export interface Command {
  program: string
  args: string[]
  env: NodeJS.ProcessEnv
  cwd: string
  /** ms; then it is killed, with all that it started */
  limit: number
}

export interface CommandEnd {
  status: number | null
  signal: NodeJS.Signals | null
  /** what it printed; empty where it was printed at once */
  output: string
  /** ms */
  took: number
  /** the limit, where it was killed for it */
  hungFor?: number
}

const running = new Set<ChildProcess>()

/** Runs tasks, so many at a time, and gives their results in the order of the tasks. */
export async function inParallel<T>(tasks: ReadonlyArray<() => Promise<T>>, slots: number): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const work = async () => {
    while (next < tasks.length) {
      const index = next++
      results[index] = await tasks[index]!()
    }
  }
  await Promise.all(Array.from({ length: Math.min(slots, tasks.length) }, work))
  return results
}

/** Runs a command in a process group of its own. `live`: what it prints appears at once. */
export async function run(command: Command, live: boolean): Promise<CommandEnd> {
  const { program, args, env, cwd, limit } = command
  const started = performance.now()
  const child = spawn(program, args, {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', live ? 'inherit' : 'pipe', live ? 'inherit' : 'pipe'],
  })
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  let hungFor: number | undefined
  const timer = setTimeout(() => {
    hungFor = limit
    killGroup(child)
  }, limit)
  const [status, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  clearTimeout(timer)
  running.delete(child)
  // what it left behind would hold the pipes open, and disturb the others
  killGroup(child)
  await Promise.all(
    [child.stdout, child.stderr].map((stream) =>
      stream && !stream.closed ? once(stream, 'close') : undefined,
    ),
  )
  return { status, signal, output, took: performance.now() - started, hungFor }
}

/** Kills everything that runs. */
export function killAll(): void {
  for (const child of running) killGroup(child)
}

function killGroup(child: ChildProcess): void {
  try {
    process.kill(-child.pid!, 'SIGKILL')
  } catch {
    // all of the group have ended
  }
}
