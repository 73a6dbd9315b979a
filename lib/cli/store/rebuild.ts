import { setTimeout as pause } from 'node:timers/promises'
import { type Command, CommandError, type Io, type OptionValues, UsageError } from '../command.ts'
import { gatewayOptions, given, withGateway } from '../gateway/gateway.ts'
import type { AdminApi } from '../gateway/http.ts'
import { parseWhen } from '../journal/when.ts'
import { count } from '../text.ts'

const path = 'fieldlog/api/rebuild'
/** ms between two looks at how far it is */
const lookTime = 1_000
/** … and between two lines about it */
const tellTime = 5_000

interface Store {
  id: string
  name: string
  state: string
  says: string
  done: number
  rate: number | null
  left: number | null
  upTo: number
}

export const rebuild: Command = {
  args: '',
  about:
    'Has the running gateway make its store again from the journal, by the formats and rules of today: all of it, or what has a\n' +
    'time from --from to --to and is of --type. It answers when everything is in the store; Ctrl-C ends only the waiting.\n' +
    'Nothing of it goes to the broker. The status is 1 where events are not stored then.\n' +
    'A login: --user with the password in FIELDLOG_PASSWORD_FILE, or --token (FIELDLOG_TOKEN).',
  options: {
    from: {
      type: 'string',
      value: 'TIME',
      about: 'first time (UTC: 2026-11-21, 2026-11-21T12:30; or 2d: so long ago)',
    },
    to: { type: 'string', value: 'TIME', about: 'last time; default: now' },
    type: { type: 'string', value: 'TYPE', about: 'only events of this type' },
    store: { type: 'string', value: 'NODE', about: 'id of one store; default: all of them' },
    ...gatewayOptions,
  },
  count: { min: 0, max: 0 },

  run: (_args, options, io) =>
    withGateway(options, io, async (api) => {
      const store = given(options.store)
      await api.ask('POST', path, { ...request(options), ...(store !== undefined && { store }) })
      const stores = await finished(api, store, io)
      if (options.json) await io.out(`${JSON.stringify(stores)}\n`)
      else
        for (const one of stores)
          await io.out(`${one.name || one.id}: ${one.says}, up to ${count(one.upTo)}\n`)
      return stores.every(({ state }) => state === 'ready') ? 0 : 1
    }),
}

function request(options: OptionValues): Record<string, unknown> {
  const now = Date.now()
  const from = time('--from', given(options.from), now)
  const to = time('--to', given(options.to), now)
  const type = given(options.type)
  return {
    ...(from && { from: from.first }),
    ...(to && { to: to.last }),
    ...(type !== undefined && { type }),
  }
}

function time(
  option: string,
  text: string | undefined,
  now: number,
): { first: number; last: number } | undefined {
  if (text === undefined) return undefined
  const when = parseWhen(option, text, now)
  if ('first' in when) return when
  throw new UsageError(`${option} ${text} is a seq: a time is wanted (2026-11-21, 2026-11-21T12:30:00, 2d)`)
}

/** Waits until none of them is being made, and says how far it is. */
async function finished(api: AdminApi, id: string | undefined, io: Io): Promise<Store[]> {
  for (let waited = 0; ; waited += lookTime) {
    const all = (await api.ask('GET', path)) as Store[]
    const stores = id === undefined ? all : all.filter((store) => store.id === id)
    if (stores.length === 0) throw new CommandError('the store is gone: were the flows deployed meanwhile?')
    const busy = stores.find(({ state }) => state === 'rebuilding' || state === 'start')
    if (!busy || io.signal.aborted) return stores
    if (waited > 0 && waited % tellTime === 0) io.err(`${progress(busy)}\n`)
    // an interrupt ends the pause at once
    await pause(lookTime, undefined, { signal: io.signal }).catch(() => undefined)
  }
}

function progress({ done, rate, left }: Store): string {
  const parts = [`${Math.floor(done * 100)} %`]
  if (rate !== null) parts.push(`${count(rate)} events a second`)
  if (left !== null) parts.push(`${count(left)} s left`)
  return parts.join(', ')
}
