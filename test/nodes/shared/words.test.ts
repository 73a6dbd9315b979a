// The status in the language of the runtime, with Node-RED's own translations.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { statusOf } from '../../../lib/serial/status.ts'
import { joined } from '../../../lib/words/words.ts'
import { cleanStatus } from '../../../nodes/clean/status.ts'
import { statusOf as mqttStatus } from '../../../nodes/mqtt-out/status.ts'
import { statusWords } from '../../../nodes/shared/words.ts'
import { nodeRedName } from '../helper.ts'

const runtime = createRequire(createRequire(import.meta.url).resolve(nodeRedName))
const { i18n } = runtime('@node-red/util') as {
  i18n: {
    init(settings: object): void
    registerMessageCatalog(namespace: string, directory: string, file: string): Promise<void>
    i: { getFixedT(language: string, namespace: string): (key: string, values?: object) => string }
    _(key: string, values?: object): string
  }
}
const nodes = join(import.meta.dirname, '../../../nodes')

async function wordsIn(language: string, name: string) {
  i18n.init({ lang: language })
  const namespace = `fieldlog/${name}`
  await i18n.registerMessageCatalog(namespace, join(nodes, name, 'locales'), `${name}.json`)
  await new Promise<void>((loaded) => {
    const { i } = i18n as unknown as {
      i: { loadLanguages(language: string, done: () => void): void }
    }
    i.loadLanguages(language, loaded)
  })
  const translate = i18n.i.getFixedT(language, namespace)
  return statusWords(
    { _: (key: string, values?: object) => translate(key, values) } as never,
    `fieldlog-${name}`,
  )
}

describe(`nodes: the words of a status (${nodeRedName})`, () => {
  const counts = { since: 0, clean: 1_204, rejected: 2, unknown: 0, part: 0, suppressed: 3, unsure: 0 }

  it('are those of the runtime’s language, numbers as that writes them', async () => {
    const formats = { usable: 1, wanted: 2 }
    const shown = async (language: string) =>
      cleanStatus(counts, formats, await wordsIn(language, 'clean')).text
    assert.equal(await shown('en-US'), 'clean 1,204 · rejected 2 · unknown 0 · left out 3 · formats missing')
    assert.equal(
      await shown('de'),
      'dekodiert 1.204 · abgelehnt 2 · unbekannt 0 · ausgelassen 3 · Formate fehlen',
    )
  })

  it('say in German what a port does, and why it is not open', async () => {
    const words = await wordsIn('de', 'serial-in')
    const port = { lines: 0, empty: 0, long: 0, cutOff: 0, sent: 1_204, dropped: 5 }
    const silent = { kind: 'silent' as const, lasts: 46 * 60_000 }
    const open = statusOf({ state: { state: 'open' }, counts: port, trouble: silent }, words)
    assert.equal(open.text, 'kein Byte seit 46 min (1.204 Zeilen, 5 verworfen)')
    const reason = Object.assign(new Error('gone'), { short: 'has gone' as const })
    const waiting = statusOf({ state: { state: 'waiting', reason, retryIn: 4_000 }, counts: port }, words)
    assert.equal(waiting.text, 'ist verschwunden, neuer Versuch in 4 s')
  })

  it('say in German what waits for the broker', async () => {
    const words = await wordsIn('de', 'mqtt-out')
    const state = {
      phase: 'waiting',
      problem: { kind: 'unreachable', text: 'no' },
      ...{ diskProblem: undefined, waiting: 12, oldest: 0, diskBytes: 0, refused: 1 },
      ...{ closedTopics: [], closedCount: 0, closedBroker: undefined },
    }
    const sent = { in: 0, acknowledged: 0, refused: 0, dropped: 0, repeats: 0 }
    assert.equal(
      mqttStatus(state as never, sent, words, 0, 3 * 86_400_000).text,
      joined('Broker nicht erreichbar', 'wartend 12, älteste 3 Tage alt', 'abgelehnt 1'),
    )
  })
})
