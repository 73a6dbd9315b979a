import { type Command, CommandError, type Io, type OptionValues } from '../command.ts'
import { counted } from '../text.ts'
import { gatewayOptions, given, withGateway } from './gateway.ts'
import type { AdminApi } from './http.ts'

interface BrokerInUse {
  id: string
  address: string
  refused: number
  /** it takes nothing; absent where an older gateway answers */
  broker?: { reason: string; since: number } | null
  /** topics that it does not take now, the first of them */
  closed?: Array<{ topic: string; reason: string; since: number; waiting: number }>
  closedNow?: number
}

interface RefusedList {
  count: number
  refused: Array<{ id: string; topic: string; reason: string; time: number }>
}

export const refused: Command = {
  args: '',
  about:
    'Shows what MQTT brokers refused, with their reasons: the topics whose messages wait until the broker takes them, which\n' +
    'is tried by itself and with --retry at once; and the messages that can never pass as they are and were set aside.\n' +
    '--resend sends the latter again, once the cause is out of the way.\n' +
    'A login: --user with the password in FIELDLOG_PASSWORD_FILE, or --token (FIELDLOG_TOKEN).',
  options: {
    resend: { type: 'boolean', about: 'send what was set aside again' },
    retry: { type: 'boolean', about: 'try the topics that wait now' },
    broker: { type: 'string', value: 'NODE', about: 'id of one mqtt-broker; default: all of them' },
    ...gatewayOptions,
  },
  count: { min: 0, max: 0 },

  run: (_args, options, io) =>
    withGateway(options, io, async (api) => {
      const brokers = await chosenBrokers(api, given(options.broker))
      for (const broker of brokers) {
        if (options.retry) await retry(api, broker, options, io)
        if (options.resend) await resend(api, broker, options, io)
        if (!options.retry && !options.resend) await show(api, broker, options, io)
      }
      return 0
    }),
}

async function chosenBrokers(api: AdminApi, id: string | undefined): Promise<BrokerInUse[]> {
  const all = (await api.ask('GET', 'fieldlog/mqtt')) as BrokerInUse[]
  const chosen = id === undefined ? all : all.filter((broker) => broker.id === id)
  if (chosen.length > 0) return chosen
  throw new CommandError(
    id === undefined ? 'no mqtt out node runs there' : `no mqtt out node uses a broker ${id}`,
  )
}

async function resend(api: AdminApi, broker: BrokerInUse, options: OptionValues, io: Io): Promise<void> {
  const answer = (await api.ask('POST', `${pathOf(broker)}/resend`)) as { resent: number }
  if (options.json) await io.out(`${JSON.stringify({ broker: broker.id, ...answer })}\n`)
  else await io.out(`${broker.address}: ${counted(answer.resent, 'message')} sent again\n`)
}

async function retry(api: AdminApi, broker: BrokerInUse, options: OptionValues, io: Io): Promise<void> {
  const path = `fieldlog/mqtt/${encodeURIComponent(broker.id)}/retry`
  const answer = (await api.ask('POST', path)) as { tried: number }
  if (options.json) await io.out(`${JSON.stringify({ broker: broker.id, ...answer })}\n`)
  else await io.out(`${broker.address}: ${counted(answer.tried, 'topic')} tried\n`)
}

async function show(api: AdminApi, broker: BrokerInUse, options: OptionValues, io: Io): Promise<void> {
  const list = (await api.ask('GET', pathOf(broker))) as RefusedList
  const { closed = [], closedNow = 0, broker: taking = null } = broker
  if (options.json) {
    const closures = broker.closed && { takesNothing: taking, closed, closedNow }
    await io.out(`${JSON.stringify({ broker: broker.id, ...list, ...closures })}\n`)
    return
  }
  if (taking !== null)
    await io.out(`${broker.address}: takes nothing since ${at(taking.since)}: ${taking.reason}\n`)
  if (closedNow > 0) await io.out(`${broker.address}: ${counted(closedNow, 'topic')} not taken now\n`)
  for (const { topic, since, reason, waiting } of closed) {
    await io.out(`  since ${at(since)} ${topic}: ${reason}; ${counted(waiting, 'message')} waiting\n`)
  }
  await io.out(`${broker.address}: ${counted(list.count, 'message')} refused\n`)
  for (const { id, topic, reason, time } of list.refused) {
    await io.out(`  ${at(time)} ${id} ${topic}: ${reason}\n`)
  }
}

function at(time: number): string {
  return new Date(time).toISOString()
}

function pathOf({ id }: BrokerInUse): string {
  return `fieldlog/mqtt/${encodeURIComponent(id)}/refused`
}
