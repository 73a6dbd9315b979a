// The options of the configuration of time events, for runtime and panel alike.
import { choice, flag, text, wholeNumber } from '../../lib/options/fields.ts'
import type { Saved, Settings } from '../../lib/options/options.ts'
import { usualCategories } from '../../lib/time-events/known.ts'
import type { LocalLogSettings } from '../../lib/time-events/local-log.ts'
import { logLevels, type ServerSettings } from '../../lib/time-events/settings.ts'
import {
  queueNameProblem,
  socketNameProblem,
  usualQueue,
  usualSocket,
  usualUdp,
} from '../../lib/time-events/transport/names.ts'

const modes = ['600', '660', '666'] as const

/** The options of a `fieldlog-events` node. */
export const eventsOptions = {
  name: text({ title: 'name', description: 'Shown in the editor.' }),
  queue: flag({ title: 'queue', description: 'Take events from a POSIX message queue.', default: true }),
  queueName: text({
    title: 'queue name',
    description: 'A / and the name of the queue.',
    default: usualQueue,
    problem: queueNameProblem,
    env: true,
  }),
  queueMode: choice(modes, {
    title: 'queue mode',
    description: 'Who may send to the queue.',
    default: '600',
  }),
  socket: flag({ title: 'socket', description: 'Take events from a Unix datagram socket.', default: true }),
  socketName: text({
    title: 'socket name',
    description: 'A @ and a name, or a path.',
    default: usualSocket,
    problem: socketNameProblem,
    env: true,
  }),
  socketMode: choice(modes, {
    title: 'socket mode',
    description: 'Who may send to a socket with a path.',
    default: '600',
  }),
  udp: flag({ title: 'UDP', description: 'Take events over UDP.', default: false }),
  udpHost: text({
    title: 'UDP address',
    description: 'The address to listen at; 0.0.0.0: every one of this machine.',
    default: usualUdp.host,
    env: true,
  }),
  udpPort: wholeNumber({
    title: 'UDP port',
    description: 'The port to listen at.',
    min: 1,
    max: 65_535,
    default: usualUdp.port,
    env: true,
  }),
  limit: wholeNumber({
    title: 'limit',
    description: 'Events of each transport that go on; 0: all.',
    unit: 'events a second',
    min: 0,
    max: 1_000_000,
    default: 20_000,
    env: true,
  }),
  categories: text({
    title: 'categories',
    description: 'Categories that are known beside the usual ones, separated by commas.',
  }),
  nodeId: text({ title: 'node id', description: 'Names this machine in reports.', env: true }),
  locationId: text({ title: 'location', description: 'Says in reports where this machine is.', env: true }),
  firmware: text({
    title: 'firmware',
    description: "This machine's firmware version, in reports.",
    env: true,
  }),
  localLog: choice(logLevels, {
    title: 'local log',
    description: "The level at which events are written to Node-RED's log.",
    default: 'off',
    env: true,
  }),
  logForm: choice(['lines', 'reports'], {
    title: 'form of the local log',
    description: 'Each event as a line, or what came in an interval as a report.',
    default: 'lines',
  }),
  reportInterval: wholeNumber({
    title: 'report interval',
    description: 'Seconds between two reports in the local log.',
    unit: 'seconds',
    min: 1,
    max: 3_600,
    default: 5,
    env: true,
  }),
}

export type EventsOptions = Saved<typeof eventsOptions>

/** What the server needs of them. */
export function serverSettings(settings: Settings<typeof eventsOptions>): ServerSettings {
  const { queue, queueName, queueMode, socket, socketName, socketMode, udp, udpHost, udpPort } = settings
  const more = settings.categories.split(',').map((category) => category.trim())
  const server: ServerSettings = {
    limit: settings.limit,
    known: new Set([...usualCategories, ...more.filter((category) => category !== '')]),
  }
  if (queue) server.queue = { name: queueName, mode: Number.parseInt(queueMode, 8) }
  if (socket) server.socket = { name: socketName, mode: Number.parseInt(socketMode, 8) }
  if (udp) server.udp = { host: udpHost, port: udpPort }
  return server
}

/** What the local log needs of them. */
export function localLogSettings(settings: Settings<typeof eventsOptions>): LocalLogSettings {
  const { logForm, reportInterval, nodeId, locationId, firmware } = settings
  return { form: logForm, interval: reportInterval * 1000, identity: { nodeId, locationId, firmware } }
}
