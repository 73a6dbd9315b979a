import { EvClient } from '../../time-events/ev-client.ts'
import { type Command, CommandError, type OptionSpec, type OptionValues, UsageError } from '../command.ts'

/** ms in which the event must be with the system */
export const deliveryLimit = 1_000

export const transportOption: OptionSpec = {
  type: 'string',
  value: 'WAY',
  about: 'auto, queue[:/name], socket[:@name], socket:/path or udp[:host:port]',
}

export const sendEvent: Command = {
  args: '[MESSAGE]',
  about:
    'Sends a time event, as the processes of the gateway do. It goes by the POSIX queue, or by the Unix socket where there are no\n' +
    'queues. The exit status is 1 where nobody took it within a second.',
  options: {
    category: {
      type: 'string',
      short: 'c',
      value: 'CAT',
      about: 'its category (default GENERAL); also --cat',
    },
    subject: { type: 'string', short: 's', value: 'TEXT', about: 'what it is about, as eth0' },
    step: { type: 'string', short: 't', value: 'STEP', about: 'START, STOP … (default SINGLE); also --seq' },
    name: {
      type: 'string',
      short: 'n',
      value: 'NAME',
      about: 'who sends it (default fieldlog[pid]); also --source',
    },
    transport: transportOption,
    cat: { type: 'string', value: 'CAT', about: 'as --category' },
    seq: { type: 'string', value: 'STEP', about: 'as --step' },
    source: { type: 'string', value: 'NAME', about: 'as --name' },
    msg: { type: 'string', value: 'TEXT', about: 'the message, in place of the argument' },
  },
  count: { min: 0, max: 1 },

  async run([message], options, io) {
    const text = (...names: string[]) => oneOf(options, names)
    const name = text('name', 'source') ?? `fieldlog[${process.pid}]`
    const transport = text('transport')
    const client = new EvClient(transport === undefined ? { name } : { name, transport })
    client.connect()
    try {
      const taken = client.send({
        cat: text('category', 'cat') ?? 'GENERAL',
        seq: text('step', 'seq') ?? 'SINGLE',
        ...given('subject', text('subject')),
        ...given('msg', message ?? text('msg')),
      })
      if (!taken) throw new UsageError('category, step, subject and name may have 255 bytes at most')
      const isDelivered = await client.flush(deliveryLimit)
      const { transport: way, lost } = client.stats
      if (!isDelivered || lost > 0) {
        throw new CommandError(
          `nobody took the event (${way ?? 'no queue and no socket can be opened'}): is a server of time events running?`,
        )
      }
      if (options.json === true) await io.out(`${JSON.stringify({ sent: 1, transport: way })}\n`)
      return 0
    } finally {
      client.close()
    }
  },
}

/** The value of an option that has several names. */
function oneOf(options: OptionValues, names: string[]): string | undefined {
  return names.map((name) => options[name]).find((value) => typeof value === 'string')
}

function given<Name extends string>(name: Name, value: string | undefined): { [key in Name]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { [key in Name]: string })
}
