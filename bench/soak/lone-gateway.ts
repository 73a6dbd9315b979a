// The gateway as the service starts it, alone in a process that is measured from outside.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const root = join(import.meta.dirname, '../..')
/** Of the kernel's clock, a second. */
const ticks = 100

export class LoneGateway {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /** Resolves when the flow runs. @param group file of a control group that takes process ids; undefined: none */
  static async start(env: Record<string, string>, group?: string): Promise<LoneGateway> {
    const enter = group ? `echo $$ > ${group}; ` : ''
    const command = `${enter}exec sh dist/bin/service.sh "$0" dist/bin/fieldlog.js start`
    const child = spawn('sh', ['-c', command, process.execPath], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH, FIELDLOG_PORT: '0', FIELDLOG_MQTT_PORT: '0', ...env },
    })
    for await (const line of createInterface({ input: child.stdout! })) {
      if (line.includes('the flow is running')) break
    }
    child.stdout!.resume()
    if (child.exitCode !== null) throw new Error('the gateway did not start')
    return new LoneGateway(child)
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** MB: all of it, and without the pages of files (the program of Node.js), which the kernel takes back when it wants to. */
  get memory(): { rss: number; anonymous: number } {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')
    const field = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)![1]) / 1024
    return { rss: field('VmRSS'), anonymous: field('RssAnon') }
  }

  /** Seconds of CPU since its start, of all its threads. */
  get cpu(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / ticks
  }

  async stop(): Promise<void> {
    if (!this.isRunning) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await ended
  }
}
