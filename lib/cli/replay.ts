import type { ReplayResult } from '../delivery/send/replay.ts'
import { type Command, CommandError, type Io, type OptionValues, UsageError } from './command.ts'
import { gatewayOptions, given, withGateway } from './gateway.ts'
import type { AdminApi } from './http.ts'
import { count, counted } from './text.ts'

interface JournalName {
  id: string
  name: string
  directory: string
}

export const replay: Command = {
  args: '',
  about:
    'Asks the running gateway to send events again through its flow, marked as replayed: a range of seqs, or what is\n' +
    'noted as incomplete. It answers when the flow is done with them; the status is 1 where it is not with all.\n' +
    'A login: --user with the password in FIELDLOG_PASSWORD_FILE, or --token (FIELDLOG_TOKEN).',
  options: {
    from: { type: 'string', value: 'SEQ', about: 'first event' },
    to: { type: 'string', value: 'SEQ', about: 'last event; default: the last one there is' },
    incomplete: { type: 'boolean', about: 'what a node still held at the time limit' },
    for: {
      type: 'string',
      value: 'NODE',
      about: 'id of the one sink that is to take them; all others leave them',
    },
    journal: { type: 'string', value: 'NODE', about: 'id of the journal, where the flows have several' },
    ...gatewayOptions,
  },
  count: { min: 0, max: 0 },

  async run(_args, options, io) {
    const request = readRequest(options)
    return withGateway(options, io, async (api) => {
      const id = given(options.journal) ?? (await onlyJournal(api))
      const path = `fieldlog/journals/${encodeURIComponent(id)}/replay`
      const result = (await api.ask('POST', path, request)) as ReplayResult
      return report(result, options.json === true, io)
    })
  },
}

function readRequest({ from, to, incomplete, for: sink }: OptionValues): Record<string, unknown> {
  if (incomplete) {
    if (from !== undefined || to !== undefined || sink !== undefined) {
      throw new UsageError('--incomplete goes without --from, --to and --for')
    }
    return { incomplete: true }
  }
  if (from === undefined) throw new UsageError('it needs --from SEQ or --incomplete')
  const first = seq('--from', from)
  const last = to === undefined ? Number.MAX_SAFE_INTEGER : seq('--to', to)
  if (last < first) throw new UsageError('--from is behind --to')
  return { from: first, to: last, ...(sink === undefined ? {} : { for: sink }) }
}

function seq(option: string, value: unknown): number {
  const number = Number(value)
  if (/^\d+$/.test(String(value)) && Number.isSafeInteger(number) && number >= 1) return number
  throw new UsageError(`${option} ${String(value)} is no seq (fieldlog cat shows them)`)
}

async function onlyJournal(api: AdminApi): Promise<string> {
  const journals = (await api.ask('GET', 'fieldlog/journals')) as JournalName[]
  if (journals.length === 1) return journals[0]!.id
  if (journals.length === 0) throw new CommandError('the gateway has no journal: deploy a log node first')
  const names = journals.map(({ id, name, directory }) => `  ${id}  ${name || directory}`)
  throw new CommandError(
    `the gateway has several journals; give --journal with the id of one:\n${names.join('\n')}`,
  )
}

async function report(result: ReplayResult, json: boolean, io: Io): Promise<number> {
  const { complete, failed, incomplete, missing, stopped, next } = result
  const isDone = incomplete === 0 && !stopped
  if (json) await io.out(`${JSON.stringify(result)}\n`)
  else {
    const parts = [`${counted(complete, 'event')} complete`]
    if (failed > 0) parts.push(`${count(failed)} of them with an error of a node`)
    if (incomplete > 0) parts.push(`${count(incomplete)} still held by a node at the time limit`)
    if (missing > 0) parts.push(`${count(missing)} no longer in the journal, or damaged there`)
    if (stopped) parts.push(`stopped, for the journal was closed: ask again with --from ${next}`)
    await io.out(`${parts.join('; ')}\n`)
  }
  return isDone ? 0 : 1
}
