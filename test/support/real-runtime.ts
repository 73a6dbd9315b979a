// A real Node-RED runtime (either version) in a child process, with the built nodes of dist/, the test's own nodes
// in real-runtime/nodes, and the admin API for deploys.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { LogState } from '../../lib/delivery/log-service.ts'
import type { DeliveryState } from '../../lib/delivery/send/delivery.ts'
import type { ReplayRequest, ReplayResult } from '../../lib/delivery/send/replay.ts'
import type { Answer, Question, RuntimeConfig } from './real-runtime/protocol.ts'

/** A node of a flow, as in flows.json. */
export interface FlowNode {
  id: string
  type: string
  [property: string]: unknown
}

export type DeployType = 'full' | 'flows' | 'nodes'

type Unnumbered<Q> = Q extends unknown ? Omit<Q, 'number'> : never

/** Core nodes that no test here uses: without them it starts in half the time. */
const unused = [
  '05-tls.js',
  '06-httpproxy.js',
  '10-mqtt.js',
  '21-httpin.js',
  '21-httprequest.js',
  '22-websocket.js',
  '31-tcpin.js',
  '32-udp.js',
  '70-CSV.js',
  '70-HTML.js',
  '70-XML.js',
  '70-YAML.js',
  '80-template.js',
  '90-exec.js',
  '10-file.js',
  '23-watch.js',
]

const children = new Set<ChildProcess>()

// a test run that is cut off must leave no runtime behind
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

export class RealRuntime {
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  readonly #answers = new Map<number, (answer: Answer) => void>()
  #number = 0
  #port = 0
  /** what it printed */
  output = ''

  private constructor(config: RuntimeConfig) {
    this.#child = fork(join(import.meta.dirname, 'real-runtime/child.ts'), [JSON.stringify(config)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('FIELDLOG_'))),
    })
    children.add(this.#child)
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text
      })
    }
    this.#ended = once(this.#child, 'close').then(() => children.delete(this.#child))
    this.#child.on('message', (answer: Answer) => {
      if ('number' in answer) this.#answers.get(answer.number)?.(answer)
    })
  }

  /** Resolves when the flow is running. `folder` is the user directory; a flow that is given replaces its flow. */
  static async start(options: {
    folder: string
    flow?: FlowNode[]
    nodeRed?: string
    /** files of core nodes that the flow needs, beside those that every test has */
    core?: readonly string[]
  }): Promise<RealRuntime> {
    const { folder, flow, nodeRed = process.env.FIELDLOG_NODE_RED ?? 'node-red', core = [] } = options
    if (flow) writeFileSync(join(folder, 'flows.json'), JSON.stringify(flow))
    const runtime = new RealRuntime({
      nodeRed,
      folder,
      exclude: unused.filter((file) => !core.includes(file)),
    })
    const first = once(runtime.#child, 'message') as Promise<[Answer]>
    const answer = await Promise.race([first, runtime.#ended])
    if (!Array.isArray(answer) || answer[0].kind !== 'running') {
      throw new Error(`the runtime did not start:\n${runtime.output}`)
    }
    runtime.#port = answer[0].port
    return runtime
  }

  /** Of the editor, and of what flows serve. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Its end without any warning. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }

  /** An orderly end. */
  async stop(): Promise<void> {
    this.#child.send({ kind: 'stop', number: 0 } satisfies Question)
    await this.#ended
  }

  /** Deploys as the editor does; resolves when the new flow is running. */
  async deploy(flows: FlowNode[], type: DeployType): Promise<void> {
    const response = await fetch(`http://127.0.0.1:${this.#port}/flows`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'node-red-api-version': 'v2',
        'node-red-deployment-type': type,
      },
      body: JSON.stringify({ flows }),
    })
    if (!response.ok) throw new Error(`deploy ${type}: ${response.status} ${await response.text()}`)
  }

  /** The feeds of the flow stop sending, or go on. */
  async pauseFeeds(paused = true): Promise<void> {
    await this.#ask({ kind: 'pause', paused })
  }

  async state(journal: string): Promise<LogState | undefined> {
    const answer = await this.#ask({ kind: 'state', journal })
    return answer.kind === 'state' ? answer.state : undefined
  }

  /** Resolves when a journal's delivery is as wanted. */
  async until(journal: string, condition: (state: DeliveryState) => boolean): Promise<DeliveryState> {
    for (;;) {
      const delivery = (await this.state(journal))?.delivery
      if (delivery && condition(delivery)) return delivery
      await pause(50)
    }
  }

  /** Sends a range again, or (without one) what is noted as incomplete. */
  async replay(journal: string, request?: ReplayRequest): Promise<ReplayResult> {
    const answer = await this.#ask({ kind: 'replay', journal, request })
    if (answer.kind === 'replayed') return answer.result
    throw new Error(answer.kind === 'failed' ? answer.reason : 'no result')
  }

  async #ask(question: Unnumbered<Question>): Promise<Answer> {
    const number = ++this.#number
    const answer = new Promise<Answer>((resolve) => this.#answers.set(number, resolve))
    this.#child.send({ ...question, number })
    const given = await Promise.race([answer, this.#ended])
    this.#answers.delete(number)
    if (typeof given === 'object') return given as Answer
    throw new Error(`the runtime has ended:\n${this.output}`)
  }
}
