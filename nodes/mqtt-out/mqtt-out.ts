import { hostname } from 'node:os'
import type { Node, NodeAPI, NodeDef } from 'node-red'
import type { Handler } from '../../lib/delivery/track/direct.ts'
import { type EventMessage, type FieldlogEvent, isPlayed } from '../../lib/event.ts'
import { asError } from '../../lib/kit/errors.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import { fieldMessages, whenAll } from '../../lib/mqtt/message/fields.ts'
import { type PayloadKind, payloadForm } from '../../lib/mqtt/message/payload.ts'
import { compileTopic, namesField, type TopicValues } from '../../lib/mqtt/message/topic.ts'
import type { Publication, Settled } from '../../lib/mqtt/outbox/outbox.ts'
import type { Session } from '../../lib/mqtt/session/session.ts'
import { readOptions } from '../../lib/options/options.ts'
import { onInput } from '../journal/direct.ts'
import { showStatus } from '../shared/show-status.ts'
import { statusWords } from '../shared/words.ts'
import { announceWish, isShown } from './announce.ts'
import { type BrokerNode, sessionOptions, tlsNodeOf } from './broker.ts'
import { installationId } from './installation.ts'
import { type MqttOutOptions, type MqttOutSettings, mqttOutOptions } from './options.ts'
import { serveRefused } from './refused.ts'
import { openReporter, reportSettings } from './reports.ts'
import { type OutboxSettings, type Seat, takeSeat } from './sessions.ts'
import { statusOf } from './status.ts'

/** ms */
const statusInterval = 10_000

export default function (RED: NodeAPI): void {
  serveRefused(RED)
  RED.nodes.registerType('fieldlog-mqtt-out', function (this: Node, saved: MqttOutOptions & NodeDef) {
    RED.nodes.createNode(this, saved)
    const config = migrate('fieldlog-mqtt-out', saved)
    let out: Output
    try {
      out = open(RED, this, config)
    } catch (error) {
      refuseAll(this, asError(error))
      return
    }
    const { session } = out.seat
    let closed = false
    /** stored lines that were not published */
    let played = 0

    const words = statusWords(RED, 'fieldlog-mqtt-out')
    const status = showStatus(this, () => statusOf(session.state, session.counts, words, played))
    const stopListening = session.subscribe(status)
    status.changed()
    // the age of what waits grows by itself
    const statusTimer = setInterval(status.changed, statusInterval)

    const handle: Handler = (message, _send, done) => {
      try {
        const event = eventOf(message as EventMessage)
        if (event.for !== undefined && event.for !== this.id) return done()
        if (isPlayed(event.source) && !out.publishesPlayed) {
          played++
          status.changed()
          return done()
        }
        const settled = (error?: Error) => {
          // The log node sends again what was in flight when a node closed.
          if (closed) return
          // not before: who subscribes to everything is to have the event first
          if (error === undefined) out.show(event)
          status.changed()
          done(error)
        }
        out.publish(event, settled, event.for === this.id)
        status.changed()
      } catch (error) {
        done(asError(error))
      }
    }
    onInput(RED, this, handle, { readsOnly: true })

    this.on('close', (_removed: boolean, done: () => void) => {
      closed = true
      stopListening()
      clearInterval(statusTimer)
      out.close().then(done, done)
    })
  })
}

interface Output {
  seat: Seat
  /** the lines of a `replay:` port, too */
  publishesPlayed: boolean
  /** Throws where nothing can be made of the event. @param again also what was published before */
  publish(event: FieldlogEvent, settled: Settled, again: boolean): void
  /** The newest of them is the device's present state. */
  show(event: FieldlogEvent): void
  close(): Promise<void>
}

/** @throws Error in words when the node's settings, or the broker's, cannot be used */
function open(RED: NodeAPI, node: Node, config: MqttOutOptions): Output {
  const settings = readOptions(mqttOutOptions, config)
  const gateway = settings.gateway ?? (process.env.FIELDLOG_GATEWAY || hostname())
  const takes =
    settings.payload === 'report'
      ? { report: reportSettings(settings, gateway) }
      : { event: publisher({ ...settings, payload: settings.payload }, gateway) }
  const broker = RED.nodes.getNode(settings.broker) as BrokerNode | null
  if (!broker?.brokerurl) throw new Error('no broker is chosen, or the chosen one is disabled')
  const installation = () =>
    installationId(RED.settings.userDir ?? process.cwd(), (text) => RED.log.warn(text))
  const session = sessionOptions(broker, gateway, installation, tlsNodeOf(RED, broker.id))
  const wish = announceWish(settings, gateway)
  const seat = takeSeat(RED, broker.id, session, outboxSettings(settings), { wish, installation })
  const show = (event: FieldlogEvent) => {
    if (isShown(event, wish) && !isPlayed(event.source)) seat.announcer.take(event)
  }
  const publishesPlayed = settings.played
  if (takes.report === undefined) {
    const publish = eventPublisher(seat.session, takes.event)
    return { seat, publishesPlayed, publish, show, close: () => seat.leave() }
  }
  const { reporter, close } = openReporter(RED, node, seat.session, settings, takes.report)
  return {
    ...{ seat, publishesPlayed, show },
    publish: (event, settled, again) => reporter.take(event, settled, again),
    close: () => close().then(() => seat.leave()),
  }
}

/** Hands over all publications of an event, and settles it when all of them are. */
function eventPublisher(session: Session, publicationsOf: PublicationsOf): Output['publish'] {
  return (event, settled, again) => {
    const publications = publicationsOf(event)
    const each = publications.length === 1 ? settled : whenAll(publications.length, settled)
    for (const publication of publications) session.publish(publication, each, again)
  }
}

/** One; where the topic names the field, one for each of the event's fields. */
type PublicationsOf = (event: FieldlogEvent) => Publication[]
/** All payloads but reports. */
type EventSettings = MqttOutSettings & { payload: PayloadKind }

/** What becomes of an event at once, and what when it has to wait. */
function publisher(settings: EventSettings, gateway: string): PublicationsOf {
  const { qos, expiry, retain, topic, lateTopic = topic } = settings
  const topicOf = compileTopic(topic, { gateway })
  const lateTopicOf = compileTopic(lateTopic, { gateway })
  const isByField = namesField(topic)
  if (namesField(lateTopic) !== isByField) {
    throw new Error(
      '{field} must stand in both topics, or in none: an event is one message, or one for each field',
    )
  }
  if (isByField) {
    return (event) =>
      fieldMessages(event).map(({ field, id, payload }) => {
        const values = { ...topicValues(event), field }
        const late = () => ({ topic: lateTopicOf(values), payload })
        const { replayed } = event
        return { id, topic: topicOf(values), payload, retain, qos, expiry, replayed, late }
      })
  }
  const { contentType, write } = payloadForm(settings.payload, gateway)
  return (event) => {
    const { id, replayed } = event
    const values = topicValues(event)
    const late = () => ({ topic: lateTopicOf(values), payload: write({ ...event, replayed: true }) })
    // named one by one: a copy by spreading takes twice as long
    return [
      { id, topic: topicOf(values), payload: write(event), retain, qos, expiry, contentType, replayed, late },
    ]
  }
}

/** An event that was not cleaned is of its source alone. */
function topicValues(event: FieldlogEvent): TopicValues {
  const { verdict, type, source, key, device = source, eventId, data } = event
  return { verdict, type, device, source, key, eventId, data }
}

function outboxSettings({ order, keep, pace, maxSize }: MqttOutSettings): OutboxSettings {
  return { order, keep, pace, maxBytes: maxSize * 1_000_000 }
}

function eventOf({ event }: EventMessage): FieldlogEvent {
  if (typeof event?.id === 'string' && event.id !== '' && Number.isInteger(event.seq)) return event
  throw new Error('mqtt out: the message carries no event of the journal: wire this node behind a log node')
}

function refuseAll(node: Node, error: Error): void {
  const text = `mqtt out: ${error.message}`
  node.error(text)
  showStatus(node, () => ({ fill: 'red', shape: 'ring', text: error.message })).changed()
  node.on('input', (_message, _send, done) => done(new Error(text)))
}
