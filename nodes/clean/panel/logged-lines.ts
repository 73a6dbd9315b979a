// Asks whether lines that were logged before a format could take them are to be decoded, too, and shows how far that is.
import type { LoggedLines, Offer, RedecodingState } from '../../../lib/redecoding/redecoding.ts'
import type { EditorNode, NotifyOptions } from '../../../types/node-red-editor.d.ts'

const hour = 3_600_000
/** the times that can be asked for: a key of the texts, and ms; the first is asked for after a deploy */
const periods = [
  ['loggedDay', 24 * hour],
  ['loggedWeek', 7 * 24 * hour],
  ['loggedMonth', 30 * 24 * hour],
  ['loggedAll', undefined],
] as const
/** ms between two questions how far it is */
const interval = 1_000
/** ms for which the end is shown */
const shownFor = 15_000

/** Asks once after each deploy that changes the formats of a node such that logged lines become readings. */
export function askAfterDeploys(): void {
  RED.events.on('deploy', () => {
    RED.nodes.eachNode((node) => {
      if (node.type !== 'fieldlog-clean' || node.d === true) return
      const since = sinceOf(0)
      // whom the gateway does not answer is not troubled: the panel has a button for it
      ask(node, since).then((offer) => {
        if (offer.lines > 0 && !wasAsked(node, offer))
          whenNoPanel(() => new Question(node).show(offer, since))
      }, ignored)
    })
  })
}

/** Calls back now, or when the panel that is open has closed: nobody who works in it is to be disturbed. */
function whenNoPanel(callback: () => void): void {
  const look = () => {
    if ($('.red-ui-tray').length > 0) return
    RED.events.off('editor:close', look)
    callback()
  }
  RED.events.on('editor:close', look)
  look()
}

/** Asks by the user's wish; where lines are being decoded, shows how far that is. */
export function askForLogged(node: EditorNode): void {
  stateOf(node).then(
    ({ running }) => {
      if (running) follow(node)
      else new Question(node).count()
    },
    (why: Error) => tell(node, 'loggedFailed', { why: why.message }, 'error'),
  )
}

/** The notification with the question. */
class Question {
  readonly #node: EditorNode
  readonly #content = $('<div class="fieldlog-logged">')
  readonly #ask = $('<p>').appendTo(this.#content)
  readonly #which = $('<p class="fieldlog-logged-more">').appendTo(this.#content)
  readonly #changed = $('<p class="fieldlog-logged-more">').appendTo(this.#content)
  readonly #what = $('<p class="fieldlog-logged-more">').appendTo(this.#content)
  readonly #period = $('<select>')
  readonly #notification: { close(): void }
  #since = 0
  #lines = 0
  /** counts the questions: only the answer to the last one is shown */
  #asked = 0

  constructor(node: EditorNode) {
    this.#node = node
    for (const [i, [key]] of periods.entries())
      $('<option>').val(i).text(words(node, key)).appendTo(this.#period)
    const label = $('<label>').text(words(node, 'loggedOf')).append(this.#period)
    label.insertAfter(this.#ask)
    this.#period.on('change', () => this.count())
    this.#notification = notify(this.#content, {
      buttons: [
        { text: words(node, 'loggedNot'), click: () => this.#notification.close() },
        { text: words(node, 'loggedDo'), class: 'primary fieldlog-logged-do', click: () => this.#begin() },
      ],
    })
    this.#render(undefined)
  }

  /** Asks the gateway for the time that is chosen. */
  count(): void {
    const asked = ++this.#asked
    const since = sinceOf(Number(this.#period.val()))
    this.#render(undefined)
    ask(this.#node, since).then(
      (offer) => {
        if (asked === this.#asked) this.show(offer, since)
      },
      (why: Error) => this.#ask.text(words(this.#node, 'loggedFailed', { why: why.message })),
    )
  }

  show(offer: Offer, since: number): void {
    this.#since = since
    this.#render(offer)
    remember(this.#node, offer)
  }

  #render(offer: Offer | undefined): void {
    const { lines = 0, unknown = 0, rejected = 0, changed = 0 } = offer ?? {}
    this.#lines = lines
    const key = offer === undefined ? 'loggedCounting' : lines > 0 ? 'loggedAsk' : 'loggedNone'
    this.#ask.text(words(this.#node, key, { count: lines }))
    this.#which.text(words(this.#node, 'loggedWhich', { unknown, rejected })).toggle(lines > 0)
    this.#changed.text(words(this.#node, 'loggedChanged', { changed })).toggle(changed > 0)
    this.#what.text(words(this.#node, 'loggedWhat')).toggle(lines > 0)
    this.#content
      .parent()
      .find('.fieldlog-logged-do')
      .toggle(lines > 0)
  }

  #begin(): void {
    if (this.#lines === 0) return
    this.#notification.close()
    request<RedecodingState>(this.#node, '', 'POST', { since: this.#since }).then(
      () => follow(this.#node),
      (why: Error) => tell(this.#node, 'loggedFailed', { why: why.message }, 'error'),
    )
  }
}

/** Counts in a notification until the lines are decoded. */
function follow(node: EditorNode): void {
  const content = $('<p>')
  const notification = notify(content, {
    buttons: [
      {
        text: words(node, 'loggedStop'),
        click: () => {
          request(node, '', 'DELETE').catch(ignored)
        },
      },
      { text: words(node, 'loggedClose'), click: () => end() },
    ],
  })
  let isClosed = false
  show({ done: 0, total: 0 })
  look()

  function look(): void {
    stateOf(node).then(
      (state) => {
        if (isClosed) return
        if (state.running) {
          show(state.running)
          setTimeout(look, interval)
          return
        }
        end()
        if (state.last) tellEnd(node, state.last)
      },
      // it restarts, perhaps: then it goes on
      () => {
        if (!isClosed) setTimeout(look, interval)
      },
    )
  }

  function show({ done, total }: { done: number; total: number }): void {
    content.text(total === 0 ? words(node, 'loggedCounting') : words(node, 'loggedRunning', { done, total }))
  }

  function end(): void {
    isClosed = true
    notification.close()
  }
}

/** Stays until it is closed, or a panel opens that it would cover: clean's panel has a button for it. */
function notify(content: JQuery, options: NotifyOptions): { close(): void } {
  const notification = RED.notify(content, { ...options, fixed: true })
  const close = () => {
    RED.events.off('editor:open', close)
    notification.close()
  }
  RED.events.on('editor:open', close)
  return { close }
}

function tellEnd(
  node: EditorNode,
  { done, total, isStopped, notTaken }: NonNullable<RedecodingState['last']>,
): void {
  const more = notTaken > 0 ? ` ${words(node, 'loggedNotTaken', { count: notTaken })}` : ''
  tell(
    node,
    isStopped ? 'loggedStopped' : 'loggedDone',
    { done, total },
    isStopped || notTaken > 0 ? 'warning' : 'success',
    more,
  )
}

function tell(
  node: EditorNode,
  key: string,
  values: Record<string, unknown>,
  type: 'success' | 'warning' | 'error',
  more = '',
): void {
  RED.notify($('<p>').text(words(node, key, values) + more), { type, timeout: shownFor })
}

function words(node: EditorNode, key: string, values: Record<string, unknown> = {}): string {
  return node._(`fieldlog-clean.${key}`, { name: node.name || 'clean', ...values })
}

/** The moment (ms since 1970) at which a period begins; 0 for all. */
function sinceOf(index: number): number {
  const [, length] = periods[index] ?? periods[0]
  return length === undefined ? 0 : Date.now() - length
}

function stateOf(node: EditorNode): Promise<RedecodingState> {
  return request<RedecodingState>(node, '/state', 'GET')
}

async function ask(node: EditorNode, since: number): Promise<Offer> {
  const answer = await request<LoggedLines>(node, `?since=${since}`, 'GET')
  if ('closed' in answer) throw new Error(answer.closed)
  return answer
}

/** Rejects with an Error whose message can be shown. */
function request<Answer>(node: EditorNode, path: string, method: string, body?: object): Promise<Answer> {
  const sent = $.ajax({
    url: `fieldlog/clean/${encodeURIComponent(node.id)}/logged${path}`,
    method,
    ...(body && { contentType: 'application/json', data: JSON.stringify(body) }),
  })
  const answer = sent.then(
    (found) => found as Answer,
    (failure: Partial<JQueryXHR>) => {
      const told = (failure.responseJSON as { error?: unknown } | undefined)?.error
      const why = typeof told === 'string' ? told : words(node, 'loggedNoAnswer')
      return $.Deferred().reject(new Error(why))
    },
  )
  return Promise.resolve(answer as unknown as Answer)
}

/** Whether this browser has asked with these formats: who did not want it then is asked no more. */
function wasAsked(node: EditorNode, { formats }: Offer): boolean {
  return localStorage.getItem(memoryKey(node)) === formats
}

function remember(node: EditorNode, { formats }: Offer): void {
  localStorage.setItem(memoryKey(node), formats)
}

function memoryKey({ id }: EditorNode): string {
  return `fieldlog-clean-asked-${id}`
}

function ignored(): undefined {
  return undefined
}
