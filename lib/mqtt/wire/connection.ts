// One network connection to a broker, by MQTT.js. It is used once; to connect again, another one is opened. So
// nothing is left over from the last one, above all no messages that MQTT.js would send again by itself.
import { Readable } from 'node:stream'
import mqtt, { type IClientOptions, type IConnackPacket, type IDisconnectPacket, type IStore } from 'mqtt'
import { inBackground } from '../../kit/background.ts'
import type { Clock } from '../../kit/clock.ts'
import { doneWithin } from '../../kit/deadline.ts'
import { asError, errorCode } from '../../kit/errors.ts'
import type { Outgoing } from '../message/outgoing.ts'
import { type Acknowledged, acknowledgementReader } from './acknowledgements.ts'
import {
  mayBlameMessage,
  type Problem,
  problemOfAnswer,
  problemOfConnack,
  problemOfDisconnect,
  problemOfError,
  wantsTls,
} from './problems.ts'
import { type NumberedMessage, publishPackets } from './publish-packet.ts'
import { speaksTls } from './tls-port.ts'

export type ProtocolVersion = 3 | 4 | 5

export interface ConnectionSettings {
  /** mqtt, mqtts, tcp, ssl, tls, ws, wss; user and password do not stand in it */
  url: string
  clientId: string
  username?: string | undefined
  password?: string | undefined
  /** seconds; 0 switches it off */
  keepalive: number
  /** 5; 4 is MQTT 3.1.1; 3 is MQTT 3.1 */
  protocolVersion: ProtocolVersion
  /** ms from the first byte of the TCP connection to the answer of the login */
  connectTimeout: number
  /** the last will, with QoS 1 */
  will?: { topic: string; payload: string; retain: boolean } | undefined
  /** CA, certificate, key … as Node's tls.connect takes them, and wsOptions of MQTT.js */
  tls?: TlsSettings | undefined
}

export type TlsSettings = Pick<
  IClientOptions,
  'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'servername' | 'ALPNProtocols' | 'wsOptions'
> & { pfx?: Buffer; passphrase?: string }

/** What the broker said about itself when it let us in (MQTT 5; without limits on 3.1.1). */
export interface BrokerFacts {
  /** messages that may be unacknowledged at a time */
  receiveMaximum: number
  /** bytes */
  maximumPacketSize: number
  retainAvailable: boolean
  maximumQoS: number
}

export interface Ending {
  problem: Problem
  /** whether the broker had let us in */
  connected: boolean
  /** the other side closed it, and may have done so because of the oldest unacknowledged message */
  blamesMessage: boolean
  /** the code with which the broker refused the login, if it did */
  loginCode?: number | undefined
  /** the other side closed it without a single byte, and does not speak TLS */
  isSilent?: boolean
}

export interface ConnectionEvents {
  connected(facts: BrokerFacts): void
  /** Called once, whatever ended it, but not after hangUp(). */
  ended(ending: Ending): void
  /** Something came on a topic of `subscribe`. */
  received?(topic: string, payload: string): void
}

export interface Connection {
  /**
   * `answered` is called with the reason code of the acknowledgement (0 unless the broker refuses the message; only
   * MQTT 5 can), of QoS 0 with 0 when it was handed to the network; never when the connection ends before that.
   */
  publish(message: Outgoing, answered: (reasonCode: number) => void): void
  /** Asks for what others publish on these topics, with QoS 0. A broker that refuses does so in silence. */
  subscribe(topics: readonly string[]): void
  /** Ends it for a reason of ours; `ended` is called. */
  abort(problem: Problem): void
  /** Says goodbye, so that the broker drops the will, and ends it; `ended` is not called. Takes 500 ms at most. */
  hangUp(): Promise<void>
}

export type OpenConnection = (
  settings: ConnectionSettings,
  events: ConnectionEvents,
  clock: Clock,
) => Connection

/** packets that leave with one system call, at most */
const packetsInPiece = 16
const largestId = 65_535
const secureSchemes = /^(mqtts|ssl|tls|wss):/i
/** ms that a polite end may take */
const goodbyeTime = 500

/** MQTT.js keeps each message in its store until the acknowledgement, to send it again. Only we send again. */
const emptyStore: IStore = {
  put(_packet, callback) {
    callback()
    return emptyStore
  },
  del(_packet, callback) {
    callback()
    return emptyStore
  },
  get(_packet, callback) {
    callback(new Error('nothing is stored'))
    return emptyStore
  },
  createStream: () => Readable.from([]) as unknown as ReturnType<IStore['createStream']>,
  close(callback) {
    callback()
  },
}

/** Opens a connection. Errors of any kind come by `ended`, never as an exception. */
export const openConnection: OpenConnection = (settings, events, clock) => {
  let client: mqtt.MqttClient | undefined
  let connected = false
  let over = false
  let hungUp = false
  let goodbye: number | undefined
  /** the broker has sent something */
  let heard = false

  const finish = (problem: Problem, { isRemote = false, loginCode }: Cause = {}) => {
    if (over) return
    over = true
    client?.end(true)
    const blamesMessage = connected && isRemote && mayBlameMessage(goodbye)
    if (isRemote && !heard) inBackground(finishSilent(problem))
    else events.ended({ problem, connected, blamesMessage, loginCode })
  }

  /** The other side closed it without a byte: an old broker, or one that expects something else than MQTT. */
  const finishSilent = async (problem: Problem) => {
    const isTls = !secureSchemes.test(settings.url) && (await speaksTls(settings.url, clock))
    if (hungUp) return
    events.ended({
      problem: isTls ? wantsTls : problem,
      connected: false,
      blamesMessage: false,
      isSilent: !isTls,
    })
  }

  /** False where these first bytes are not MQTT. */
  const isMqtt = (first: Buffer): boolean => {
    heard = true
    const problem = problemOfAnswer(first)
    if (problem !== undefined) finish(problem)
    return problem === undefined
  }

  const handshakeEnded = (error: Error | null | undefined, answered: (reasonCode: number) => void) => {
    if (over) return
    if (error === undefined || error === null) return answered(0)
    const code = (error as { code?: unknown }).code
    if (typeof code === 'number') answered(code)
  }

  /** QoS 1, by packet identifier */
  let waiting: Array<((reasonCode: number) => void) | undefined> = []
  const acknowledged = (messageId: number, reasonCode: number) => {
    const answered = waiting[messageId]
    if (answered === undefined) return
    waiting[messageId] = undefined
    client?.messageIdProvider.deallocate(messageId)
    if (!over) answered(reasonCode)
  }

  try {
    client = mqtt.connect(settings.url, clientOptions(settings))
    takeAcknowledgements(client, acknowledged, isMqtt)
  } catch (error) {
    const problem: Problem = { kind: 'settings', text: `cannot be used: ${asError(error).message}` }
    queueMicrotask(() => finish(problem))
    const hangUp = async () => {
      over = true
      hungUp = true
    }
    return { publish: () => {}, subscribe: () => {}, abort: (reason) => finish(reason), hangUp }
  }

  client.on('connect', (packet) => {
    if (over) return
    connected = true
    events.connected(factsOf(packet))
  })
  client.on('message', (topic, payload) => {
    if (!over) events.received?.(topic, payload.toString('utf8'))
  })
  client.on('disconnect', (packet: IDisconnectPacket) => {
    goodbye = packet.reasonCode ?? 0
  })
  client.on('error', (error) => {
    const loginCode = connackCode(error)
    if (!connected && loginCode !== undefined)
      return finish(problemOfConnack(loginCode, settings), { loginCode })
    finish(problemOfError(error, connected), {
      isRemote: ['ECONNRESET', 'EPIPE'].includes(errorCode(error) ?? ''),
    })
  })
  client.on('close', () => finish(problemOfClose(connected, goodbye, settings), { isRemote: true }))

  const open = client
  const withProperties = settings.protocolVersion === 5
  /** MQTT.js counts up, and begins anew: a message may still wait with the number that comes. */
  const freeId = (): number => {
    for (let tries = 0; tries < largestId; tries++) {
      const id = open.messageIdProvider.allocate()
      if (id !== null && waiting[id] === undefined && open.outgoing[id] === undefined) return id
    }
    throw new Error('more messages are under way than MQTT has numbers for')
  }

  let unwritten: NumberedMessage[] = []
  let unanswered: Array<(reasonCode: number) => void> = []
  const flush = () => {
    const messages = unwritten
    const written = unanswered
    unwritten = []
    unanswered = []
    if (messages.length === 0 || over || open.stream.destroyed) return
    open.stream.write(publishPackets(messages, withProperties), (error) => {
      if (!over && !error) for (const answered of written) answered(0)
    })
  }
  /**
   * What is published in one go leaves in few pieces: system calls are what sending costs most. But not in one, so
   * that the broker has something to do while the rest is made.
   */
  const write = (message: Outgoing, id: number) => {
    const count = unwritten.push({ message, id })
    if (count === 1) queueMicrotask(flush)
    else if (count === packetsInPiece) flush()
  }
  return {
    publish(message, answered) {
      if (message.qos === 0) {
        unanswered.push(answered)
        write(message, 0)
        return
      }
      const id = freeId()
      if (message.qos === 1) waiting[id] = answered
      // the handshake of QoS 2 is MQTT.js's, as if it had sent the packet itself
      else
        open.outgoing[id] = {
          volatile: false,
          cmd: 'publish',
          cb: (error) => handshakeEnded(error, answered),
        }
      write(message, id)
    },
    subscribe(topics) {
      // its packet's number is the one behind the newest message's: no message is in flight for 65,534 others
      open.subscribe([...topics], { qos: 0 }, () => {})
    },
    abort: (problem) => finish(problem),
    async hangUp() {
      hungUp = true
      if (over) return
      over = true
      if (!open.connected) {
        open.end(true)
        return
      }
      // end() waits for all acknowledgements first; but what is unacknowledged stays ours.
      open.outgoing = {}
      waiting = []
      const closed = new Promise<void>((resolve) => open.once('close', () => resolve()))
      open.end(false)
      if (!(await doneWithin(closed, goodbyeTime, clock))) open.stream.destroy()
    },
  }
}

/** Why a connection ends. */
interface Cause {
  /** the other side closed it */
  isRemote?: boolean
  loginCode?: number
}

/** In front of MQTT.js, which sees everything else that comes, if the first bytes are MQTT. */
function takeAcknowledgements(
  { stream }: mqtt.MqttClient,
  acknowledged: Acknowledged,
  isMqtt: (first: Buffer) => boolean,
): void {
  // nothing can have come yet: the connection has been asked for in this turn of the event loop
  const [feed, ...others] = stream.listeners('data') as Array<(bytes: Buffer) => void>
  if (feed === undefined || others.length > 0) throw new Error('this version of MQTT.js reads in another way')
  stream.removeListener('data', feed)
  const read = acknowledgementReader(acknowledged, (bytes) => feed.call(stream, bytes))
  stream.once('data', (first: Buffer) => {
    if (!isMqtt(first)) return
    read(first)
    stream.on('data', read)
  })
}

function clientOptions(settings: ConnectionSettings): IClientOptions {
  const { url: _, connectTimeout, will, tls, username, password, ...rest } = settings
  return {
    ...tls,
    ...rest,
    connectTimeout,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(settings.protocolVersion === 3 && { protocolId: 'MQIsdp' }),
    ...(will && {
      will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: will.retain },
    }),
    clean: true,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    outgoingStore: emptyStore,
  }
}

function connackCode(error: Error): number | undefined {
  const code = (error as { code?: unknown }).code
  return typeof code === 'number' ? code : undefined
}

function problemOfClose(
  connected: boolean,
  goodbye: number | undefined,
  settings: ConnectionSettings,
): Problem {
  if (goodbye !== undefined && goodbye !== 0) return problemOfDisconnect(goodbye, settings.clientId)
  if (connected) return { kind: 'lost', text: 'closed the connection' }
  const text =
    'closes the connection without an answer to the login: is it an MQTT broker, and is the port right?'
  return { kind: 'no answer', text }
}

function factsOf(connack: IConnackPacket): BrokerFacts {
  const properties = connack.properties ?? {}
  return {
    receiveMaximum: properties.receiveMaximum ?? 65_535,
    maximumPacketSize: properties.maximumPacketSize ?? Number.POSITIVE_INFINITY,
    retainAvailable: properties.retainAvailable ?? true,
    maximumQoS: properties.maximumQoS ?? 2,
  }
}
