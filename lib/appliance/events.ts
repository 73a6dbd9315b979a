// The variable FIELDLOG_EVENTS: by which transports the appliance takes time events.
import {
  queueNameProblem,
  socketNameProblem,
  usualQueue,
  usualSocket,
  usualUdp,
} from '../time-events/transport/names.ts'

/** The transports that are on. */
export interface EventsConfig {
  queueName?: string
  socketName?: string
  udp?: { host: string; port: number }
}

/** What the variable may be, for the message about one that is not. */
export const eventsUsage =
  'give off, or some of queue, socket and udp:5150 with commas between them (also queue:/name, socket:@name, ' +
  'socket:/path, udp:address:port)'

/** `queue,socket:@name,udp:5150`; undefined where it is none of that. `off` has no transports. */
export function parseEvents(text: string): EventsConfig | undefined {
  if (text.toLowerCase() === 'off') return {}
  const config: EventsConfig = {}
  for (const item of text.split(',')) {
    const [, kind, rest] = /^(queue|socket|udp)(?::(.+))?$/.exec(item.trim()) ?? []
    if (kind === 'queue') {
      const name = rest ?? usualQueue
      if (config.queueName !== undefined || queueNameProblem(name) !== undefined) return undefined
      config.queueName = name
    } else if (kind === 'socket') {
      const name = rest ?? usualSocket
      if (config.socketName !== undefined || socketNameProblem(name) !== undefined) return undefined
      config.socketName = name
    } else {
      const udp = kind === 'udp' ? udpAddress(rest) : undefined
      if (config.udp !== undefined || udp === undefined) return undefined
      config.udp = udp
    }
  }
  return config
}

export function isAnyOn(config: EventsConfig): boolean {
  return Object.keys(config).length > 0
}

/** The flow for time events, with these transports on and the others off. */
export function withTransports(flowText: string, { queueName, socketName, udp }: EventsConfig): string {
  const transports = {
    queue: queueName !== undefined,
    ...(queueName !== undefined && { queueName }),
    socket: socketName !== undefined,
    ...(socketName !== undefined && { socketName }),
    udp: udp !== undefined,
    ...(udp !== undefined && { udpHost: udp.host, udpPort: udp.port }),
  }
  const nodes = JSON.parse(flowText) as Array<{ type: string }>
  return JSON.stringify(
    nodes.map((node) => (node.type === 'fieldlog-events' ? { ...node, ...transports } : node)),
  )
}

/** @param text `5150`, `address:5150`, `[::1]:5150`; undefined: the usual one */
function udpAddress(text: string | undefined): { host: string; port: number } | undefined {
  if (text === undefined) return { ...usualUdp }
  const [, host, port] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? []
  if (port === undefined || Number(port) < 1 || Number(port) > 65_535) return undefined
  return { host: (host ?? usualUdp.host).replace(/^\[(.*)\]$/, '$1'), port: Number(port) }
}
