import type { Command, Io } from '../command.ts'
import { gatewayOptions, given, withGateway } from './gateway.ts'
import { onlyJournal } from './replay.ts'

interface JournalReport {
  /** why files that are old by the clock are kept; absent where clock and journal agree */
  clockDoubt?: string
}

export const clock: Command = {
  args: '',
  about:
    'Says whether the clock of the running gateway agrees with its journal: where it does not, nothing is removed for its\n' +
    'age, and the status is 1. --confirm says that the clock is right, however far it is from the journal.\n' +
    'A login: --user with the password in FIELDLOG_PASSWORD, or --token (FIELDLOG_TOKEN).',
  options: {
    confirm: { type: 'boolean', about: 'the clock is right: files go for their age again' },
    journal: { type: 'string', value: 'NODE', about: 'id of the journal, where the flows have several' },
    ...gatewayOptions,
  },
  count: { min: 0, max: 0 },

  run: (_args, options, io) =>
    withGateway(options, io, async (api) => {
      const id = given(options.journal) ?? (await onlyJournal(api))
      const path = `fieldlog/journals/${encodeURIComponent(id)}`
      const report = (
        options.confirm ? await api.ask('POST', `${path}/clock`) : await api.ask('GET', path)
      ) as JournalReport
      return tell(report, options.json === true, options.confirm === true, io)
    }),
}

async function tell(
  { clockDoubt }: JournalReport,
  json: boolean,
  confirmed: boolean,
  io: Io,
): Promise<number> {
  if (json) await io.out(`${JSON.stringify({ agrees: clockDoubt === undefined, doubt: clockDoubt })}\n`)
  else if (confirmed) await io.out('confirmed: files are as old as their names say\n')
  else if (clockDoubt === undefined) await io.out('the clock and the journal agree\n')
  else await io.out(`${clockDoubt}\n`)
  return clockDoubt === undefined ? 0 : 1
}
