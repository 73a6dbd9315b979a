import { createReadStream } from 'node:fs'
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { createInterface } from 'node:readline'
import { asError, errorCode } from '../../kit/errors.ts'
import { withoutLogin } from '../../kit/url-login.ts'
import { type Command, CommandError, type Io, type OptionValues, UsageError } from '../command.ts'
import { given } from '../gateway/gateway.ts'
import { count, counted } from '../text.ts'

export const sendLines: Command = {
  args: 'URL FILE',
  about:
    'Sends the lines of a file to an HTTP address, as energy sensors do: each as text, those that begin with { as JSON.\n' +
    'It prints how many requests got which status; the exit status is 1 where one was refused or not answered.',
  options: {
    batch: { type: 'string', value: 'N', about: 'lines in one request; default 1' },
    parallel: { type: 'string', value: 'N', about: 'requests at a time; default 1' },
    token: { type: 'string', value: 'TOKEN', about: 'a bearer token (FIELDLOG_TOKEN)' },
    via: {
      type: 'string',
      value: 'URL',
      about: 'have each line parsed there first, and send the answer as JSON in a JSON text',
    },
  },
  count: { min: 2, max: 2 },

  async run([target = '', file = ''], options, io) {
    const plan = planOf(target, options, io)
    const result: Result = { lines: 0, statuses: {}, refusals: [] }
    const begin = performance.now()
    await sendAll(batchesOf(file, plan.batch, io.signal), plan, result, io)
    const seconds = (performance.now() - begin) / 1000
    await report(result, seconds, options.json === true, io)
    const isDone = Object.keys(result.statuses).every((status) => status === '200')
    return isDone && !io.signal.aborted ? 0 : 1
  },
}

interface Plan {
  target: URL
  via: URL | undefined
  batch: number
  parallel: number
  headers: Record<string, string>
}

interface Result {
  /** sent and answered by 200 */
  lines: number
  /** requests by status, or by why there was no answer */
  statuses: Record<string, number>
  /** the first ones, as they were answered */
  refusals: string[]
}

interface Answer {
  /** or why there is none */
  status: string
  text: string
}

/** Refusals are shown, the first ones. */
const mostShown = 5
/** ms */
const progressInterval = 1_000

function planOf(target: string, options: OptionValues, { env }: Io): Plan {
  const via = given(options.via)
  const plan: Plan = {
    target: urlOf(target, 'URL'),
    via: via === undefined ? undefined : urlOf(via, '--via'),
    batch: wholeNumber(options.batch, '--batch'),
    parallel: wholeNumber(options.parallel, '--parallel'),
    headers: {},
  }
  if (plan.via && plan.batch > 1) throw new UsageError('--via takes one line at a time: leave --batch out')
  const token = given(options.token) ?? env.FIELDLOG_TOKEN
  if (token) plan.headers.authorization = `Bearer ${token}`
  return plan
}

function urlOf(text: string, name: string): URL {
  const url = URL.parse(text)
  if (url && /^https?:$/.test(url.protocol)) return url
  throw new UsageError(`${name} must be an http:// or https:// URL`)
}

function wholeNumber(value: OptionValues[string], name: string): number {
  if (value === undefined) return 1
  const number = Number(value)
  if (Number.isInteger(number) && number >= 1 && number <= 10_000) return number
  throw new UsageError(`${name} ${String(value)} is no whole number from 1 to 10,000`)
}

/** The lines of a file, so many at a time; empty ones are left out. */
async function* batchesOf(file: string, size: number, signal: AbortSignal): AsyncGenerator<string[]> {
  let batch: string[] = []
  try {
    const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })
    for await (const line of lines) {
      if (signal.aborted) return
      if (line.trim() === '') continue
      const isOther = batch.length > 0 && isJson(line) !== isJson(batch[0]!)
      if (isOther || batch.length === size) {
        yield batch
        batch = []
      }
      batch.push(line)
    }
  } catch (error) {
    throw new CommandError(`cannot read ${file}: ${asError(error).message}`)
  }
  if (batch.length > 0) yield batch
}

function isJson(line: string): boolean {
  return line.trimStart().startsWith('{')
}

async function sendAll(batches: AsyncGenerator<string[]>, plan: Plan, result: Result, io: Io): Promise<void> {
  const agents = {
    'http:': new HttpAgent({ keepAlive: true, maxSockets: plan.parallel }),
    'https:': new HttpsAgent({ keepAlive: true, maxSockets: plan.parallel }),
  }
  let told = performance.now()
  const work = async () => {
    for (let next = await batches.next(); !next.done; next = await batches.next()) {
      const { status, text } = await sendBatch(next.value, plan, (url, type, body) => {
        const agent = agents[url.protocol as keyof typeof agents]
        return post(url, { ...plan.headers, ...(type && { 'content-type': type }) }, body, agent)
      })
      result.statuses[status] = (result.statuses[status] ?? 0) + 1
      if (status === '200') result.lines += next.value.length
      else if (result.refusals.length < mostShown) result.refusals.push(`${status} ${text.trim()}`)
      if (performance.now() - told < progressInterval) continue
      told = performance.now()
      io.err(`${counted(result.lines, 'line')} sent\n`)
    }
  }
  await Promise.all(Array.from({ length: plan.parallel }, work))
  for (const agent of Object.values(agents)) agent.destroy()
}

type Post = (url: URL, type: string | undefined, body: string) => Promise<Answer>

async function sendBatch(lines: readonly string[], { target, via }: Plan, send: Post): Promise<Answer> {
  const [first = ''] = lines
  if (via) {
    const parsed = await send(via, undefined, `${first}\n`)
    if (parsed.status !== '200') return parsed
    return send(target, 'application/json', JSON.stringify(`${parsed.text.trim()}\n`))
  }
  const type = lines.length > 1 ? 'application/x-ndjson' : 'application/json'
  return send(target, isJson(first) ? type : 'text/plain', `${lines.join('\n')}\n`)
}

/** Never rejects. */
function post(
  url: URL,
  headers: Record<string, string>,
  body: string,
  agent: HttpAgent | HttpsAgent,
): Promise<Answer> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const length = String(Buffer.byteLength(body))
  return new Promise((resolve) => {
    const failed = (error: unknown) =>
      resolve({ status: errorCode(error) ?? 'no answer', text: withoutLogin(asError(error).message) })
    const options = { method: 'POST', agent, headers: { ...headers, 'content-length': length } }
    const request = send(url, options, (response) => {
      textOf(response).then((text) => resolve({ status: String(response.statusCode), text }), failed)
    })
    request.on('error', failed)
    request.end(body)
  })
}

async function textOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

async function report(
  { lines, statuses, refusals }: Result,
  seconds: number,
  json: boolean,
  io: Io,
): Promise<void> {
  for (const refusal of refusals) io.err(`${refusal}\n`)
  if (json) {
    await io.out(`${JSON.stringify({ lines, seconds: Number(seconds.toFixed(3)), statuses })}\n`)
    return
  }
  const pace = count(Math.round(lines / Math.max(seconds, 0.001)))
  const rows = Object.entries(statuses).map(([status, requests]) => `  ${status}: ${count(requests)}\n`)
  await io.out(
    `${counted(lines, 'line')} sent in ${seconds.toFixed(1)} s, ${pace} a second\n${rows.join('')}`,
  )
}
