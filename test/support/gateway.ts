// The built appliance as a child process, in a home of its own and on free ports.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

export interface GatewayOptions {
  /** FIELDLOG_… for the child; ports are free ones by default */
  env?: Record<string, string>
  /** default: a new temporary folder, removed by `remove` */
  home?: string
  /** the alias of Node-RED in node_modules; default: the one this test run is for */
  nodeRed?: string
  /** the program in dist/bin with its arguments; default: the appliance itself */
  command?: [string, ...string[]]
  /** true: with an IPC channel, as under `npm start`, whose end ends the gateway */
  ipc?: boolean
}

export interface GatewayEnd {
  status: number | null
  signal: NodeJS.Signals | null
  /** ms from the signal to the end */
  took: number
}

const root = join(import.meta.dirname, '../..')
/** Flags of Node that `npm start` gives to the appliance. */
const { startFlags } = (
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { config: { startFlags: string[] } }
).config
const children = new Set<ChildProcess>()

// a test run that is cut off must leave no gateway behind
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

export class Gateway {
  readonly home: string
  readonly child: ChildProcess
  /** what it printed, both streams, line by line */
  readonly lines: string[] = []
  /** resolves when it has ended and all its output is read */
  readonly ended: Promise<GatewayEnd>
  readonly #ownHome: boolean
  readonly #waiting = new Set<() => void>()
  #signalled = performance.now()
  #isOver = false

  private constructor(options: GatewayOptions) {
    this.#ownHome = options.home === undefined
    this.home = options.home ?? mkdtempSync(join(tmpdir(), 'fieldlog-gateway-'))
    const [program, ...args] = options.command ?? ['start.js']
    const flags = options.command ? [] : startFlags
    this.child = spawn(process.execPath, [...flags, join(root, 'dist/bin', program), ...args], {
      stdio: ['ignore', 'pipe', 'pipe', ...(options.ipc ? (['ipc'] as const) : [])],
      env: {
        ...withoutOurs(process.env),
        FIELDLOG_NODE_RED: options.nodeRed ?? process.env.FIELDLOG_NODE_RED,
        FIELDLOG_HOME: this.home,
        FIELDLOG_PORT: '0',
        FIELDLOG_MQTT_PORT: '0',
        FIELDLOG_GATEWAY: 'test-gateway',
        ...options.env,
      },
    })
    children.add(this.child)
    const outputs = [this.child.stdout, this.child.stderr].map(async (stream) => {
      for await (const line of createInterface({ input: stream as Readable })) this.#print(line)
    })
    // not the child's `close`: it never comes once an IPC channel was disconnected
    this.ended = once(this.child, 'exit').then(async ([status, signal]) => {
      await Promise.all(outputs)
      children.delete(this.child)
      this.#isOver = true
      for (const check of this.#waiting) check()
      return { status, signal, took: performance.now() - this.#signalled } as GatewayEnd
    })
  }

  /** Spawns it, and does not wait: for starts that must fail. */
  static spawn(options: GatewayOptions = {}): Gateway {
    return new Gateway(options)
  }

  /** Resolves when the flow is running. */
  static async start(options: GatewayOptions = {}): Promise<Gateway> {
    const gateway = new Gateway(options)
    await gateway.line(/^fieldlog: the flow is running/)
    return gateway
  }

  /** The editor's URL, as printed. */
  get url(): string {
    return this.#fact('editor')
  }

  /** The broker's URL, as printed. */
  get broker(): string {
    return this.#fact('broker').replace(/ .*/, '')
  }

  get journal(): string {
    return this.#fact('journal')
  }

  /** The first line printed, so far or from now on, that fits; rejects when the process ends without one. */
  async line(pattern: RegExp, limit = 60_000): Promise<string> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timer)
        this.#waiting.delete(check)
        finish()
      }
      const check = () => {
        const found = this.lines.find((line) => pattern.test(line))
        if (found !== undefined) settle(() => resolve(found))
        else if (this.#isOver) settle(() => reject(this.#complaint(`it ended without ${pattern}`)))
      }
      const timer = setTimeout(() => {
        settle(() => reject(this.#complaint(`it did not print ${pattern} within ${limit} ms`)))
      }, limit)
      this.#waiting.add(check)
      check()
    })
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<GatewayEnd> {
    this.#signalled = performance.now()
    this.child.kill(signal)
    return this.ended
  }

  /** Ends it, however it fares, and removes its home. */
  async remove(): Promise<void> {
    if (!this.#isOver) await this.stop('SIGKILL')
    if (this.#ownHome) rmSync(this.home, { recursive: true, force: true })
  }

  #print(line: string): void {
    this.lines.push(line)
    for (const check of this.#waiting) check()
  }

  #fact(name: string): string {
    const line = this.lines.find((line) => line.startsWith(`  ${name} `))
    if (!line) throw this.#complaint(`it printed no ${name}`)
    return line.slice(`  ${name} `.length).trim()
  }

  #complaint(text: string): Error {
    return new Error(`gateway: ${text}; it printed:\n${this.lines.join('\n')}`)
  }
}

/** The test run's own environment must not steer the gateway. */
function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('FIELDLOG_')))
}
