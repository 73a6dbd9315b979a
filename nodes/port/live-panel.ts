// The part of the port's panel that looks at the device: its lines as they come, the search for its speed, a reset.
import { type Fields, isFlag } from '../../lib/options/fields.ts'
import type { ListeningReport } from '../../lib/serial/listening.ts'
import type { LiveLine } from '../../lib/serial/watch/live-lines.ts'
import type { EditorNode } from '../../types/node-red-editor.d.ts'
import { inputOf } from '../shared/panel/bind-inputs.ts'
import type { LiveReport } from './endpoints.ts'
import type { Interruption, TrialReport } from './trials.ts'

/** ms between two questions */
const interval = 1_000
/** lines that are shown */
const most = 20

type Words = (key: string, values?: Record<string, unknown>) => string

/**
 * Shows what comes from the port of this panel until the function returned is called.
 * @param isCalled is told what the log calls the port that runs
 */
export function showLive(
  node: EditorNode,
  options: Fields,
  isCalled: (source: string | undefined) => void,
): () => void {
  const panel = new LivePanel(node, options, isCalled)
  return () => panel.close()
}

class LivePanel {
  readonly #node: EditorNode
  readonly #options: Fields
  readonly #words: Words
  readonly #isCalled: (source: string | undefined) => void
  readonly #lines = $('#fieldlog-port-lines')
  readonly #state = $('#fieldlog-port-state')
  readonly #notText = $('#fieldlog-port-not-text')
  readonly #message = $('#fieldlog-port-message')
  readonly #listen = $('#fieldlog-port-listen')
  readonly #speed = $('#fieldlog-port-speed')
  readonly #reset = $('#fieldlog-port-reset')
  #timer: ReturnType<typeof setTimeout> | undefined
  /** of what this panel tries; undefined while it tries nothing */
  #trial: string | undefined
  #isDeployed = false
  /** the number of the last line that is shown */
  #last = 0
  #isClosed = false

  constructor(node: EditorNode, options: Fields, isCalled: (source: string | undefined) => void) {
    this.#isCalled = isCalled
    this.#node = node
    this.#options = options
    this.#words = (key, values) => node._(`fieldlog-port.${key}`, values)
    this.#notText.hide()
    this.#listen.on('click', () => (this.#trial === undefined ? this.#try('listen') : this.#endTrial()))
    this.#speed.on('click', () => this.#try('speed'))
    this.#reset.on('click', () => this.#resetDevice())
    this.#show()
    this.#lookAtDeployed()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#endTrial()
  }

  /** What the flows that run have of this port. */
  #lookAtDeployed(): void {
    const url = `fieldlog/ports/live/${encodeURIComponent(this.#node.id)}`
    $.getJSON(url, { after: this.#last })
      .done(({ status, lines, isNotText, source }: LiveReport) => {
        this.#isCalled(source)
        this.#isDeployed = true
        this.#state.text(this.#words('as-deployed', { text: status.text })).attr('data-fill', status.fill)
        this.#notText.toggle(isNotText)
        this.#append(lines)
      })
      .fail((answer: JQuery.jqXHR) => {
        this.#isDeployed = false
        this.#notText.hide()
        if (answer.status === 404) this.#state.text(this.#words('not-deployed')).attr('data-fill', '')
      })
      .always(() => {
        this.#show()
        this.#again(() => this.#lookAtDeployed())
      })
  }

  /** @param interrupt the user has said that the running port may be interrupted */
  #try(kind: Interruption['kind'], interrupt = false): void {
    clearTimeout(this.#timer)
    this.#setBusy(true)
    this.#message.text('')
    $.ajax({
      url: `fieldlog/ports/${kind}${interrupt ? '?interrupt=yes' : ''}`,
      method: 'POST',
      contentType: 'application/json',
      data: JSON.stringify(this.#values()),
    })
      .done(({ id }: { id: string }) => {
        this.#trial = id
        if (kind === 'listen') this.#clear()
        if (this.#isClosed) this.#endTrial()
        else this.#lookAtTrial(id)
      })
      .fail((answer: JQuery.jqXHR) => {
        const { interrupts } = (answer.responseJSON ?? {}) as { interrupts?: Interruption }
        if (interrupts) this.#ask(interrupts)
        else this.#message.text(errorIn(answer))
        this.#lookAtDeployed()
      })
      .always(() => this.#setBusy(false))
  }

  /** Says what a trial would interrupt, and goes on only by a click. */
  #ask(interruption: Interruption): void {
    const { kind } = interruption
    const answer = (id: string, key: string, done: () => void) =>
      $('<button type="button" class="red-ui-button red-ui-button-small">')
        .attr('id', id)
        .text(this.#words(key))
        .on('click', () => {
          this.#message.empty()
          done()
        })
    this.#message
      .empty()
      .append($('<span>').text(this.#words(`interrupts-${kind}`, { ...interruption })))
      .append(answer('fieldlog-port-interrupt', `interrupt-${kind}`, () => this.#try(kind, true)))
      .append(answer('fieldlog-port-leave', 'leave', () => undefined))
    this.#message[0]?.scrollIntoView({ block: 'nearest' })
  }

  #lookAtTrial(id: string): void {
    $.getJSON(`fieldlog/ports/trials/${id}`, { after: this.#last })
      .done((report: TrialReport) => {
        if (this.#trial !== id) return
        if (report.kind === 'listen') {
          this.#showListening(report)
          // the sentence about it stands there already, in the editor's language
          this.#message.text(report.isNotText ? '' : report.message)
          this.#append(report.lines)
        } else this.#showSearch(report)
        if (report.isOver) this.#endTrial(report.kind === 'listen' ? this.#words('listened') : undefined)
        else this.#again(() => this.#lookAtTrial(id))
      })
      .fail((answer: JQuery.jqXHR) => {
        if (this.#trial === id) this.#endTrial(errorIn(answer))
      })
    this.#show()
  }

  #showListening({ status: { fill, text }, running, isNotText }: ListeningReport): void {
    const key = running ? (running.speed === undefined ? 'running' : 'running-at') : 'listening'
    this.#state.text(this.#words(key, { ...running, text })).attr('data-fill', fill)
    this.#notText.toggle(isNotText)
  }

  #showSearch({ isOver, trying, found, heard, error }: TrialReport & { kind: 'speed' }): void {
    if (!isOver) {
      this.#message.text(trying ? this.#words('trying', { ...trying }) : '')
      return
    }
    this.#message.empty()
    if (error !== undefined) this.#message.text(error)
    else if (found === undefined) {
      const isSilent = heard.every(({ bytes }) => bytes === 0)
      this.#message.text(this.#words(isSilent ? 'heard-nothing' : 'found-nothing'))
    } else this.#offer(found, heard.find(({ baudRate }) => baudRate === found)?.sample ?? '')
  }

  /** The speed that was found, with a line of what came at it; a click takes it. */
  #offer(found: number, sample: string): void {
    const key = sample === '' ? 'found' : 'found-line'
    $('<span>')
      .text(this.#words(key, { baudRate: found }))
      .appendTo(this.#message)
    if (sample !== '') $('<code>').text(sample).appendTo(this.#message)
    const input = inputOf(this.#node, 'baudRate')
    if (String(input.val()) === String(found)) {
      $('<span>').text(this.#words('found-set')).appendTo(this.#message)
      return
    }
    $('<button type="button" class="red-ui-button red-ui-button-small" id="fieldlog-port-take">')
      .text(this.#words('take', { baudRate: found }))
      .on('click', (event) => {
        input.val(String(found)).trigger('change')
        $(event.currentTarget).remove()
      })
      .appendTo(this.#message)
  }

  #endTrial(message?: string): void {
    const id = this.#trial
    if (id === undefined) return
    this.#trial = undefined
    clearTimeout(this.#timer)
    $.ajax({ url: `fieldlog/ports/trials/${id}`, method: 'DELETE' })
    if (this.#isClosed) return
    if (message !== undefined) this.#message.text(message)
    this.#show()
    // the lines that follow are the deployed port's
    this.#last = 0
    this.#again(() => this.#lookAtDeployed())
  }

  #resetDevice(): void {
    this.#message.text('')
    $.ajax({ url: `fieldlog/ports/reset/${encodeURIComponent(this.#node.id)}`, method: 'POST' })
      .done(() => this.#message.text(this.#words('was-reset')))
      .fail((answer: JQuery.jqXHR) => this.#message.text(errorIn(answer)))
  }

  #again(look: () => void): void {
    clearTimeout(this.#timer)
    if (!this.#isClosed) this.#timer = setTimeout(look, interval)
  }

  /** Which buttons there are, and what they say now. */
  #show(): void {
    this.#listen.find('span').text(this.#words(this.#trial === undefined ? 'listen' : 'stop'))
    this.#speed.prop('disabled', this.#trial !== undefined)
    this.#reset.toggle(this.#isDeployed && this.#trial === undefined)
  }

  #setBusy(isBusy: boolean): void {
    this.#listen.prop('disabled', isBusy)
    this.#speed.prop('disabled', isBusy || this.#trial !== undefined)
  }

  #clear(): void {
    this.#last = 0
    this.#lines.empty()
  }

  #append(lines: readonly LiveLine[]): void {
    if (lines.length === 0) return
    if (this.#last === 0) this.#lines.empty()
    for (const { number, received, text, isBinary, cut } of lines) {
      const row = $('<div class="fieldlog-port-live-row">').appendTo(this.#lines)
      $('<span class="fieldlog-port-time">').text(timeOf(received)).appendTo(row)
      $('<span>').text(text).toggleClass('fieldlog-port-binary', isBinary).appendTo(row)
      if (cut !== undefined)
        $('<i>')
          .text(this.#words(`cut-${cut}`))
          .appendTo(row)
      this.#last = number
    }
    this.#lines.children().slice(0, -most).remove()
    this.#lines.scrollTop(this.#lines.prop('scrollHeight'))
  }

  /** What stands in the panel's inputs now. */
  #values(): Record<string, unknown> {
    const entries = Object.entries(this.#options).map(([name, field]) => {
      const input = inputOf(this.#node, name)
      return [name, isFlag(field) ? input.prop('checked') === true : input.val()]
    })
    return Object.fromEntries(entries)
  }
}

function timeOf(received: number): string {
  return new Date(received).toLocaleTimeString('en-GB')
}

/** What the gateway says is wrong. */
function errorIn(answer: JQuery.jqXHR): string {
  const { error } = (answer.responseJSON ?? {}) as { error?: string }
  return error ?? `${answer.status} ${answer.statusText}`
}
