import { randomUUID } from 'node:crypto'
import type { ReplayResult } from '../../delivery/send/replay.ts'
import { asError } from '../../kit/errors.ts'
import { type Command, CommandError, type Io, type OptionValues, UsageError } from '../command.ts'
import { count, counted } from '../text.ts'
import { gatewayOptions, given, withGateway } from './gateway.ts'
import type { AdminApi } from './http.ts'

interface JournalName {
  id: string
  name: string
  directory: string
}

export const replay: Command = {
  args: '',
  about:
    'Asks the running gateway to send events again through its flow, marked as replayed: a range of seqs, what is\n' +
    'noted as incomplete, or what was passed as damaged and can be read now. It answers when the flow is done with\n' +
    'them; the status is 1 where it is not with all. Ctrl-C ends it and says from where to ask again.\n' +
    'A login: --user with the password in FIELDLOG_PASSWORD_FILE, or --token (FIELDLOG_TOKEN).',
  options: {
    from: { type: 'string', value: 'SEQ', about: 'first event' },
    to: { type: 'string', value: 'SEQ', about: 'last event; default: the last one there is' },
    incomplete: { type: 'boolean', about: 'what a node still held at the time limit' },
    damaged: { type: 'boolean', about: 'what was damaged when it was its turn; put a good copy back first' },
    cancel: { type: 'boolean', about: 'end the replays that run or wait, whoever asked for them' },
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
    const request = options.cancel ? undefined : readRequest(options)
    if (!request) refuseOthers(options, 'cancel')
    return withGateway(options, io, async (api) => {
      const id = given(options.journal) ?? (await onlyJournal(api))
      const path = `fieldlog/journals/${encodeURIComponent(id)}/replay`
      if (!request) {
        const { cancelled } = (await api.ask('DELETE', path)) as { cancelled: number }
        await io.out(
          options.json ? `${JSON.stringify({ cancelled })}\n` : `${counted(cancelled, 'replay')} ended\n`,
        )
        return 0
      }
      const result = await ask(api, path, request, io)
      return report(result, options.json === true, io)
    })
  },
}

/** Asks, and has the replay ended where the command is interrupted: the answer comes all the same. */
async function ask(
  api: AdminApi,
  path: string,
  request: Record<string, unknown>,
  io: Io,
): Promise<ReplayResult> {
  const name = randomUUID()
  const cancel = () => {
    const cancelled = api.ask('DELETE', `${path}?name=${name}`)
    cancelled.catch((error: unknown) => io.err(`fieldlog replay: ${asError(error).message}\n`))
  }
  io.signal.addEventListener('abort', cancel)
  try {
    return (await api.ask('POST', path, { ...request, name })) as ReplayResult
  } finally {
    io.signal.removeEventListener('abort', cancel)
  }
}

/** These say all. */
function refuseOthers({ from, to, for: sink, ...options }: OptionValues, chosen: string): void {
  const others = ['incomplete', 'damaged', 'cancel'].filter((name) => name !== chosen && options[name])
  if (from !== undefined || to !== undefined || sink !== undefined || others.length > 0) {
    throw new UsageError(`--${chosen} goes without --from, --to, --for and the like`)
  }
}

function readRequest(options: OptionValues): Record<string, unknown> {
  const { from, to, for: sink } = options
  for (const kind of ['incomplete', 'damaged']) {
    if (!options[kind]) continue
    refuseOthers(options, kind)
    return { [kind]: true }
  }
  if (from === undefined) throw new UsageError('it needs --from SEQ, --incomplete, --damaged or --cancel')
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

/** Its id. */
export async function onlyJournal(api: AdminApi): Promise<string> {
  const journals = (await api.ask('GET', 'fieldlog/journals')) as JournalName[]
  if (journals.length === 1) return journals[0]!.id
  if (journals.length === 0) throw new CommandError('the gateway has no journal: deploy a log node first')
  const names = journals.map(({ id, name, directory }) => `  ${id}  ${name || directory}`)
  throw new CommandError(
    `the gateway has several journals; give --journal with the id of one:\n${names.join('\n')}`,
  )
}

async function report(result: ReplayResult, json: boolean, io: Io): Promise<number> {
  const { complete, failed, incomplete, missing, stopped, cancelled, next } = result
  const isDone = incomplete === 0 && !stopped && !cancelled
  if (json) await io.out(`${JSON.stringify(result)}\n`)
  else {
    const parts = [`${counted(complete, 'event')} complete`]
    if (failed > 0) parts.push(`${count(failed)} of them with an error of a node`)
    if (incomplete > 0) parts.push(`${count(incomplete)} still held by a node at the time limit`)
    if (missing > 0) parts.push(`${count(missing)} no longer in the journal, or damaged there`)
    if (cancelled && next !== undefined) parts.push(`cancelled: ask again with --from ${next} for the rest`)
    if (stopped) parts.push(`stopped, for the journal was closed: ask again with --from ${next}`)
    await io.out(`${parts.join('; ')}\n`)
  }
  return isDone ? 0 : 1
}
