import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red'
import { inBackground } from '../../lib/kit/background.ts'
import { systemClock } from '../../lib/kit/clock.ts'
import { asError, errorCode, withCode } from '../../lib/kit/errors.ts'
import { migrate } from '../../lib/migrate/migrate.ts'
import { readOptionsOrDefaults } from '../../lib/options/options.ts'
import { onInput } from '../journal/direct.ts'
import { showStatus } from '../shared/show-status.ts'
import { statusWords } from '../shared/words.ts'
import { stores } from '../store/registry.ts'
import { type QueryOptions, type QuestionName, queryOptions, questions } from './options.ts'
import { type HistorySeat, takeHistory } from './registry.ts'

export default function (RED: NodeAPI): void {
  RED.nodes.registerType('fieldlog-query', function (this: Node, saved: QueryOptions & NodeDef) {
    RED.nodes.createNode(this, saved)
    const {
      name: _,
      store,
      ...asked
    } = readOptionsOrDefaults(queryOptions, migrate('fieldlog-query', saved), (problem) =>
      this.warn(`query: ${problem}`),
    )
    let seat: HistorySeat | undefined
    let leaving: Promise<void> = Promise.resolve()
    const words = statusWords(RED, 'fieldlog-query')
    let shown: NodeStatus = {}
    const status = showStatus(this, () => shown)
    const show = (next: NodeStatus) => {
      shown = next
      status.changed()
    }

    const leave = () => {
      const { leave } = seat ?? {}
      seat = undefined
      if (leave) leaving = Promise.all([leaving, leave()]).then(() => undefined)
    }
    // a deploy may give the store another file, and this node need not be made anew for it
    const historyOf = () => {
      const path = pathOf(store)
      if (seat?.path !== path) leave()
      seat ??= takeHistory(RED, path)
      return seat.history
    }

    onInput(RED, this, (message, send, done) => {
      const answered = async () => {
        const { question, ...query } = { ...asked, ...parametersIn(message) }
        const began = systemClock.monotonic()
        const payload = await historyOf()[questionOf(question)](query)
        const ms = Math.round(systemClock.monotonic() - began)
        show({ fill: 'green', shape: 'dot', text: words('answered', { question: String(question), ms }) })
        send({ ...message, payload })
        done()
      }
      answered().catch((error: unknown) => {
        const text = errorCode(error) === 'NO_STORE' ? words('noStore') : asError(error).message
        show({ fill: 'red', shape: 'ring', text })
        done(asError(error))
      })
    })

    this.on('close', (done: () => void) => {
      leave()
      inBackground(leaving.then(done))
    })
  })
}

/** Parameters of a message: those of a payload that is an object. Anything else asks what the panel says. */
function parametersIn(message: object): Record<string, unknown> {
  const { payload } = message as { payload?: unknown }
  const isRecord =
    typeof payload === 'object' && payload !== null && !Array.isArray(payload) && !Buffer.isBuffer(payload)
  return isRecord ? (payload as Record<string, unknown>) : {}
}

function questionOf(given: unknown): QuestionName {
  const question = questions.find((each) => each === given)
  if (question !== undefined) return question
  throw withCode('QUERY', new Error(`question: must be one of: ${questions.join(', ')}`))
}

function pathOf(id: string): string {
  const all = stores()
  const store = id === '' ? all[0] : all.find((each) => each.id === id)
  if (store) return store.path
  const what =
    id === '' ? 'there is no store node among the deployed flows: add one' : 'its store node is not deployed'
  throw withCode('NO_STORE', new Error(`query: ${what}`))
}
