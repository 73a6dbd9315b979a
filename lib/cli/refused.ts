import { type Command, CommandError, type Io, type OptionValues } from './command.ts'
import { gatewayOptions, given, withGateway } from './gateway.ts'
import type { AdminApi } from './http.ts'
import { counted } from './text.ts'

interface BrokerInUse {
  id: string
  address: string
  refused: number
}

interface RefusedList {
  count: number
  refused: Array<{ id: string; topic: string; reason: string; time: number }>
}

export const refused: Command = {
  args: '',
  about:
    'Shows what MQTT brokers refused, with their reasons: such messages are set aside and block nothing. --resend sends\n' +
    'them again, once the cause is out of the way.\n' +
    'A login: --user with the password in FIELDLOG_PASSWORD_FILE, or --token (FIELDLOG_TOKEN).',
  options: {
    resend: { type: 'boolean', about: 'send them again' },
    broker: { type: 'string', value: 'NODE', about: 'id of one mqtt-broker; default: all of them' },
    ...gatewayOptions,
  },
  count: { min: 0, max: 0 },

  run: (_args, options, io) =>
    withGateway(options, io, async (api) => {
      const brokers = await chosenBrokers(api, given(options.broker))
      for (const broker of brokers) {
        if (options.resend) await resend(api, broker, options, io)
        else await show(api, broker, options, io)
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

async function show(api: AdminApi, broker: BrokerInUse, options: OptionValues, io: Io): Promise<void> {
  const list = (await api.ask('GET', pathOf(broker))) as RefusedList
  if (options.json) {
    await io.out(`${JSON.stringify({ broker: broker.id, ...list })}\n`)
    return
  }
  await io.out(`${broker.address}: ${counted(list.count, 'message')} refused\n`)
  for (const { id, topic, reason, time } of list.refused) {
    await io.out(`  ${new Date(time).toISOString()} ${id} ${topic}: ${reason}\n`)
  }
}

function pathOf({ id }: BrokerInUse): string {
  return `fieldlog/mqtt/${encodeURIComponent(id)}/refused`
}
