// A collector on a TCP port: the model in real time, or faster. It lives on while nobody is connected, as a JeeLink
// does whose gateway is down; what it prints then reaches nobody.
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { type Clock, systemClock } from '../../../lib/kit/clock.ts'
import { CollectorModel, type CollectorOptions } from './model.ts'
import type { Printed } from './schedule.ts'

export interface CollectorServerOptions extends CollectorOptions {
  /** seconds of the device in one second. Default: 1 */
  speed?: number
  /** whether each connection resets it, as opening a serial port that lowers DTR does. Default: no */
  resetAtOpen?: boolean
  clock?: Clock
}

export class CollectorServer {
  /** To ask what it has stored and lost. What is done to it goes through the server, or nobody reads the lines. */
  readonly model: CollectorModel
  readonly #speed: number
  readonly #resetAtOpen: boolean
  readonly #clock: Clock
  readonly #origin: number
  readonly #clients = new Set<Socket>()
  #server: Server | undefined
  #port = 0
  #stopTimer: () => void = () => undefined

  private constructor({
    speed = 1,
    resetAtOpen = false,
    clock = systemClock,
    ...options
  }: CollectorServerOptions) {
    this.model = new CollectorModel({ baud: 57_600, ...options })
    this.#speed = speed
    this.#resetAtOpen = resetAtOpen
    this.#clock = clock
    this.#origin = clock.monotonic()
  }

  /** A collector that has just been plugged in, on a free port. */
  static async start(options: CollectorServerOptions = {}): Promise<CollectorServer> {
    const collector = new CollectorServer(options)
    await collector.plugIn()
    return collector
  }

  /** What a port's settings call it; the same after it was plugged out and in. */
  get address(): string {
    return `tcp://127.0.0.1:${this.#port}`
  }

  /** ms of the model */
  get now(): number {
    return (this.#clock.monotonic() - this.#origin) * this.#speed
  }

  /** A packet with good CRC is on the air. */
  packet(header: number, bytes: readonly number[]): void {
    this.#send(this.model.packet(header, bytes, this.now))
  }

  reset(): void {
    this.#send(this.model.reset(this.now))
  }

  /** Cuts the connections; the collector has power, and takes new ones. */
  disconnect(): void {
    for (const client of this.#clients) client.destroy()
  }

  /** No power and no port; its flash is kept. */
  async plugOut(): Promise<void> {
    this.#send(this.model.powerOff(this.now))
    const server = this.#server
    if (!server) return
    this.#server = undefined
    server.close()
    this.disconnect()
    await once(server, 'close')
  }

  /** Starts it again on the port that it had. */
  async plugIn(): Promise<void> {
    if (this.#server) throw new Error(`the collector is plugged in already, at ${this.address}`)
    const server = createServer((client) => this.#welcome(client))
    this.#server = server.listen(this.#port, '127.0.0.1')
    await once(server, 'listening')
    this.#port = (server.address() as AddressInfo).port
    this.reset()
  }

  #welcome(client: Socket): void {
    this.#clients.add(client)
    // a gateway that is killed resets its connection
    client.on('error', () => client.destroy())
    client.on('close', () => this.#clients.delete(client))
    client.on('data', (chunk) => this.#send(this.model.input(chunk, this.now)))
    if (this.#resetAtOpen) this.reset()
  }

  #send(lines: readonly Printed[]): void {
    const text = lines.map((line) => (line.cut ? line.text : `${line.text}\r\n`)).join('')
    if (text !== '') for (const client of this.#clients) client.write(text)
    this.#stopTimer()
    const { next } = this.model
    if (next === undefined) return
    const inMs = Math.max(0, next - this.now) / this.#speed
    // rounding may put the timer a hair before the moment that it was set for
    this.#stopTimer = this.#clock.after(inMs, () => this.#send(this.model.advance(Math.max(next, this.now))))
  }
}
