// Serves the built pages and answers their interface from the house, in each of the states in which a user may find a gateway.
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Latest, Waiting } from '../../../pages/model/wire.ts'
import {
  clustersOf,
  rejectsOf,
  type StatusChange,
  seriesList,
  spansOf,
  statisticsOf,
  statusOf,
  valuesOf,
  wantedOf,
} from './answers.ts'
import { devices, readingOf } from './house.ts'

const built = join(import.meta.dirname, '../../../dist/pages')
const policy = "default-src 'self'"
const types: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
}

export interface PagesState extends StatusChange {
  /** there is no store to read */
  waiting?: Waiting
  /** no readings, or none that could be read */
  readings?: 'none' | 'rejected'
  /** no rejects, spans and clusters */
  isQuiet?: boolean
  /** a login is needed, and this is its password */
  password?: string
  /** every request is answered with this error */
  error?: string
}

export class PagesServer {
  state: PagesState
  /** each request that was answered: method, path and query */
  readonly requests: string[] = []
  readonly #server: Server
  readonly #feeds = new Set<ServerResponse>()
  readonly #now: () => number
  readonly #started: number
  #isDown = false

  private constructor(state: PagesState, now: () => number) {
    this.state = state
    this.#now = now
    this.#started = now()
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  static async start(state: PagesState = {}, now: () => number = Date.now): Promise<PagesServer> {
    if (!existsSync(join(built, 'index.html'))) throw new Error('the pages are not built: run npm run build')
    const pages = new PagesServer(state, now)
    pages.#server.listen(0, '127.0.0.1')
    await once(pages.#server, 'listening')
    return pages
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/fieldlog/`
  }

  /** Tells all pages that are open what a device says now. */
  say(id: number, change: { value: number }): void {
    const device = devices.find((device) => device.id === id)!
    const reading = readingOf(device, this.#now(), false)
    reading.fields[0]!.value = change.value
    this.#send('readings', { now: this.#now(), series: [{ ...reading, time: this.#now() }] } satisfies Latest)
  }

  /** Changes the state, and tells the pages as the gateway does. */
  become(state: PagesState): void {
    this.state = state
    this.#send('status', this.#status())
    if (state.waiting) this.#send('waiting', state.waiting)
    else this.#send('ready', {})
  }

  /** Whether it ends all live feeds and answers nothing, as a gateway does that is stopped. */
  set isDown(down: boolean) {
    this.#isDown = down
    if (down) for (const feed of this.#feeds) feed.destroy()
  }

  async stop(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  #status() {
    return statusOf(this.#now(), this.#started, this.state)
  }

  #send(event: string, data: unknown): void {
    for (const feed of this.#feeds) feed.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#isDown) {
      response.destroy()
      return
    }
    const url = new URL(request.url ?? '/', 'http://gateway')
    this.requests.push(`${request.method} ${url.pathname}${url.search}`)
    const isIn = this.state.password === undefined || request.headers.authorization === 'Bearer right'
    if (url.pathname === '/auth/token') await this.#logIn(request, response)
    else if (!url.pathname.startsWith('/fieldlog/api/')) serveFile(url.pathname, response)
    else if (!isIn) json(response, 401, { error: 'a login is needed' })
    else if (this.state.error !== undefined) json(response, 400, { error: this.state.error })
    else this.#answerApi(url, request, response)
  }

  #answerApi(url: URL, request: IncomingMessage, response: ServerResponse): void {
    const path = url.pathname.slice('/fieldlog/api/'.length)
    const { waiting, store } = this.state
    if (path === 'status') json(response, 200, this.#status())
    else if (path === 'events') this.#feed(request, response)
    else if (path === 'rebuild') {
      this.become({
        ...this.state,
        store: { ...store, state: 'rebuilding', upTo: 0, left: 40, rate: 21_000 },
      })
      json(response, 200, { started: true })
    } else if (waiting) json(response, 503, waiting)
    else if (path === 'export.csv') {
      response.writeHead(200, { 'content-type': 'text/csv; charset=utf-8' })
      response.end('time,temp\r\n2026-11-28T00:00:00.000Z,18.2\r\n')
    } else {
      const found = this.#find(path, url.searchParams)
      if (found === undefined) json(response, 400, { error: 'series: there is none of this name' })
      else json(response, 200, found)
    }
  }

  /** What is in the store. */
  #find(path: string, query: URLSearchParams): unknown {
    const now = this.#now()
    const { readings, isQuiet = false } = this.state
    const shown = readings === undefined ? devices : []
    const wanted = wantedOf(query, now)
    switch (path) {
      case 'latest':
        return { now, series: shown.map((device) => readingOf(device, now, true)) } satisfies Latest
      case 'series':
        return readings === undefined ? seriesList(now) : []
      case 'values':
        return wanted && valuesOf(wanted, now)
      case 'statistics':
        return wanted && statisticsOf(wanted, now)
      case 'rejects': {
        const before = Number(query.get('before') ?? Number.POSITIVE_INFINITY)
        const number = isQuiet || readings === 'none' ? 0 : 240
        return rejectsOf(now, number, Number(query.get('limit') ?? 100), before)
      }
      case 'spans':
        return isQuiet ? [] : spansOf(now)
      case 'clusters':
        return isQuiet ? [] : clustersOf(now)
    }
  }

  #feed(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write(`event: status\ndata: ${JSON.stringify(this.#status())}\n\n`)
    this.#feeds.add(response)
    request.on('close', () => this.#feeds.delete(response))
  }

  async #logIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const fields = new URLSearchParams(Buffer.concat(chunks).toString())
    const isRight =
      fields.get('client_id') === 'node-red-editor' &&
      fields.get('grant_type') === 'password' &&
      fields.get('scope') === '' &&
      fields.get('username') === 'admin' &&
      fields.get('password') === this.state.password
    if (isRight) json(response, 200, { access_token: 'right', expires_in: 604_800, token_type: 'Bearer' })
    else json(response, 403, { error: 'invalid_grant' })
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-cache' })
  response.end(JSON.stringify(body))
}

function serveFile(path: string, response: ServerResponse): void {
  const name = path === '/fieldlog/' ? 'index.html' : path.slice('/fieldlog/'.length)
  const file = join(built, name)
  if (!/^[\w.]+$/.test(name) || !existsSync(file)) {
    response.writeHead(404, { 'content-security-policy': policy })
    response.end()
    return
  }
  const type = types[name.split('.').at(-1)!] ?? 'application/octet-stream'
  response.writeHead(200, { 'content-type': type, 'content-security-policy': policy })
  response.end(readFileSync(file))
}
