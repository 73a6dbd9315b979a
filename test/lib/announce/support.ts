// An announcer with a broker that is a map, in a time that the test moves.
import { Announcer } from '../../../lib/announce/announcer.ts'
import type { AnnounceView } from '../../../lib/announce/view.ts'
import { compileNames, type DeviceRow } from '../../../lib/devices/names.ts'
import type { FieldlogEvent } from '../../../lib/event.ts'
import { room } from '../../../lib/formats/library/jeelink.ts'
import type { Outgoing } from '../../../lib/mqtt/message/outgoing.ts'
import { Retained } from '../../../lib/mqtt/session/retained.ts'
import type { BrokerFacts, Connection } from '../../../lib/mqtt/wire/connection.ts'
import { FakeClock, settle } from '../../support/fake-clock.ts'
import { MemoryDisk } from '../../support/memory-disk.ts'

const facts: BrokerFacts = {
  ...{ receiveMaximum: 65_535, maximumPacketSize: Number.POSITIVE_INFINITY },
  ...{ retainAvailable: true, maximumQoS: 2 },
}

export const start = Date.parse('2026-11-21T12:00:00.000Z')

/** A broker and the disk of a gateway: they outlive its processes. */
export class World {
  readonly clock = new FakeClock(start)
  disk = new MemoryDisk()
  /** retained messages */
  readonly broker = new Map<string, string>()
  readonly warnings: string[] = []
  announcer!: Announcer
  retained!: Retained
  #facts = facts
  view!: AnnounceView
  #heard = new Map<string, (payload: string) => void>()
  #seq = 0
  /** what was sent, in order: topics */
  sent: string[] = []

  /** A process begins. */
  async start(view: Partial<AnnounceView> = {}): Promise<void> {
    this.build()
    await this.disk.makeDirectory('outbox')
    await this.announcer.open()
    this.set(view)
    await settle()
  }

  build(): void {
    this.retained = new Retained({
      clock: this.clock,
      random: () => 0.5,
      areEventsSent: () => true,
      changed: () => setImmediate(() => this.#pump()),
      refused: (what, why) => this.warnings.push(`${what}: ${why}`),
      notAvailable: () => this.warnings.push('no retained messages'),
    })
    this.connect()
    this.announcer = new Announcer({
      topics: this.retained,
      listen: (topic, received) => {
        this.#heard.set(topic, received)
        return () => void this.#heard.delete(topic)
      },
      clock: this.clock,
      random: () => 0.5,
      disk: this.disk,
      directory: 'outbox',
      installation: 'abcd1234',
      own: { status: 'fieldlog/pi-4/status', health: 'fieldlog/pi-4/health' },
      origin: { name: 'Fieldlog', version: '1.2.3', url: 'https://example.org/fieldlog' },
      warn: (text) => this.warnings.push(text),
    })
  }

  /** It is killed. */
  kill(): void {
    this.retained.end()
    this.clock.forget()
  }

  async stop(): Promise<void> {
    await this.announcer.close()
    this.kill()
  }

  /** A new connection. @param over what the broker says of itself */
  connect(over: Partial<BrokerFacts> = {}): void {
    this.retained.end()
    for (const lane of this.retained.messages) lane.ended(undefined)
    this.#facts = { ...facts, ...over }
    this.retained.begin(this.#facts)
    this.#pump()
  }

  /** The broker takes a message, or refuses it with a reason code. */
  judge: (topic: string) => number = () => 0

  #pump(): void {
    for (const lane of this.retained.messages) {
      if (!lane.isReady) continue
      lane.send(this.#connection, this.#facts)
    }
  }

  readonly #connection = {
    publish: ({ topic, payload, retain }: Outgoing, answered: (code: number) => void) => {
      const { retained } = this
      if (!retain) throw new Error(`${topic} is not retained`)
      setImmediate(() => {
        if (retained !== this.retained) return
        const code = this.judge(topic)
        this.sent.push(topic)
        if (code === 0 && payload.length === 0) this.broker.delete(topic)
        else if (code === 0) this.broker.set(topic, String(payload))
        answered(code)
      })
    },
  } as Connection

  set(view: Partial<AnnounceView> = {}): void {
    this.view = { ...viewOf(), ...view }
    this.announcer.set(this.view)
  }

  /** Others publish this. */
  publish(topic: string, payload: string): void {
    this.#heard.get(topic)?.(payload)
  }

  take(over: Partial<FieldlogEvent> = {}): FieldlogEvent {
    const taken = event({ seq: ++this.#seq, received: this.clock.wall(), time: this.clock.wall(), ...over })
    const { source, type, key } = taken
    const device = over.device ?? this.view.names.deviceOf(source, type!, key)
    this.announcer.take({ ...taken, device })
    return taken
  }

  /** Everything is worked out, written down and sent. */
  async settled(): Promise<void> {
    await settle(10)
    for (let i = 0; i < 60; i++) {
      await this.clock.advance(40)
      await settle(4)
    }
  }

  topics(part = ''): string[] {
    return [...this.broker.keys()].filter((topic) => topic.includes(part)).sort()
  }

  json(topic: string): Record<string, never> {
    return JSON.parse(this.broker.get(topic) ?? 'null')
  }
}

export function viewOf(rows: Array<Partial<DeviceRow>> = []): AnnounceView {
  return {
    ...{ gateway: 'pi-4', isOn: true, names: names(rows), formats: [room], isWatching: true },
    homeAssistant: { prefix: 'homeassistant', types: undefined },
  }
}

function names(rows: Array<Partial<DeviceRow>>) {
  const empty: DeviceRow = { source: '', type: '', key: '', name: '', place: '', interval: '' }
  return compileNames(rows.map((row) => ({ ...empty, ...row })))
}

export function event(over: Partial<FieldlogEvent> = {}): FieldlogEvent {
  const { seq = 1 } = over
  return {
    ...{ id: `e-${seq}`, seq, received: start, time: start, source: 'usb', raw: 'OK', replayed: false },
    ...{ type: 'room', key: '12', data: { temp: 18.2 }, verdict: 'good' as const, reasons: [] },
    ...over,
  }
}
