// The editor's texts say the same in every language: what is added in one of them is there in all, and nothing is left behind.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fieldsSentences } from '../../lib/cluster/fields.ts'
import { deviceSentences } from '../../lib/devices/rows.ts'
import { formatSentences } from '../../lib/formats/words/sentences.ts'
import { topicSentences } from '../../lib/mqtt/message/topic.ts'
import { optionSentences } from '../../lib/options/sentences.ts'
import { operatorNames } from '../../lib/predicates/model/operators.ts'
import { ruleSentences } from '../../lib/predicates/model/sentences.ts'
import { phrases, statefulNames } from '../../lib/predicates/model/stateful-names.ts'
import { addressSentences } from '../../lib/serial/source/address.ts'
import { statusSentences } from '../../lib/serial/status.ts'
import { nameSentences } from '../../lib/time-events/transport/names.ts'
import { categorySentences } from '../../lib/timing/words.ts'
import { directorySentences } from '../../nodes/journal/settings.ts'
import { filesBelow, root, textOf } from './documents.ts'

const languages = ['de']
const catalogs = filesBelow('nodes', /\.json$/).filter((path) => path.includes('/locales/en-US/'))
const helps = filesBelow('nodes', /\.html$/).filter((path) => !path.includes('/locales/'))

/** Each text of a catalog by its key, `rule.hint.field`. */
function textsOf(path: string): Map<string, string> {
  const texts = new Map<string, string>()
  const collect = (value: unknown, key: string): void => {
    if (typeof value === 'string') texts.set(key, value)
    else for (const [name, inner] of Object.entries(value as object)) collect(inner, `${key}.${name}`)
  }
  for (const [name, value] of Object.entries(JSON.parse(textOf(path)) as object)) collect(value, name)
  return texts
}

/** `clean` of `nodes/clean/locales/en-US/clean.json`. */
function nodeOf(catalog: string): string {
  return catalog.split('/')[1] ?? ''
}

function placeholdersOf(text: string): string[] {
  return [...text.matchAll(/__\w+?__/g)].map(([placeholder]) => placeholder).sort()
}

/** What a help text has to have in common with its translation. */
function outlineOf(path: string): { name: string | undefined; headings: string[]; properties: string[] } {
  const text = textOf(path)
  const help = /<script type="text\/markdown" data-help-name="([\w-]+)">(.*?)<\/script>/s.exec(text)
  const lines = help?.[2]?.split('\n') ?? []
  return {
    name: help?.[1],
    headings: lines.map((line) => /^#+ /.exec(line)?.[0] ?? '').filter((level) => level !== ''),
    properties: lines.map((line) => /^: (.+?\))\s*:/.exec(line)?.[1] ?? '').filter((name) => name !== ''),
  }
}

/** English words that stand in no German sentence. */
const englishWords = /\b(the|is|are|of|and|or|not|no|with|from|to|for|needs|must|has|have|this|that)\b/i
/** What names something as the program does: `is null`, `"Inject now"`. */
const quoted = /`[^`]*`|„[^“]*“|\b\d of \d\b|"[^"]*"|https?:\S+|\b[\w-]+:\/\/\S*|<[^>]*>/g

describe('what stands under a node', () => {
  const sources = filesBelow('nodes', /\.ts$/).filter((path) => !/\/panel[./]|\/web\//.test(path))

  it('is shown by one function, which clears it when the node closes', () => {
    const others = sources.filter((path) => /\b(this|node)\.status\(/.test(textOf(path)))
    assert.deepEqual(others, ['nodes/shared/show-status.ts'])
  })

  it('has its words from the locale: no sentence is in the code', () => {
    const sentence = /\bfill: [^}]*?text: *(?:'[^']*[a-z]|"[^"]*[a-z]|`(?:[^`$]|\$\{[^}]*\})*[a-z] )/s
    assert.deepEqual(
      sources.filter((path) => sentence.test(textOf(path))),
      [],
    )
  })

  it('has each word that the code asks for, and no other', () => {
    for (const catalog of catalogs.filter((path) => textOf(path).includes('"nodeStatus"'))) {
      const prefix = `fieldlog-${nodeOf(catalog)}.nodeStatus.`
      const keys = [...textsOf(catalog).keys()].filter((key) => key.startsWith(prefix))
      const code = sources
        .filter((path) => dirname(path) === `nodes/${nodeOf(catalog)}`)
        .map(textOf)
        .join('\n')
      const table = nodeOf(catalog) === 'serial-in' ? Object.keys(statusSentences) : []
      const asked = [...code.matchAll(/\bwords\(\s*'(\w+)'/g)].map(([, key]) => key ?? '')
      const missing = [...asked, ...table].filter((key) => !keys.includes(prefix + key))
      assert.deepEqual(missing, [], catalog)
      const unused = keys
        .map((key) => key.slice(prefix.length))
        .filter((key) => key !== 'numbers' && !key.startsWith('age-') && !table.includes(key))
        .filter((key) => !code.includes(`'${key}'`))
      assert.deepEqual(unused, [], catalog)
    }
  })

  it('is in English what the port says of itself without a catalog', () => {
    const texts = textsOf('nodes/serial-in/locales/en-US/serial-in.json')
    for (const [key, text] of Object.entries(statusSentences))
      assert.equal(texts.get(`fieldlog-serial-in.nodeStatus.${key}`), text)
  })
})

/** The sentences about what is wrong, by the node in whose panel they are said. */
const problems: Record<string, Readonly<Record<string, string>>> = {
  format: formatSentences,
  label: ruleSentences,
  port: addressSentences,
  'mqtt-out': topicSentences,
  events: nameSentences,
  cluster: fieldsSentences,
  journal: directorySentences,
  devices: deviceSentences,
  timing: categorySentences,
}

describe('sentences of lib', () => {
  const shared = textsOf('nodes/shared/locales/en-US/shared.json')
  const label = textsOf('nodes/label/locales/en-US/label.json')

  it('about options are those of the locale', () => {
    const texts = Object.entries(optionSentences).map(([key, text]) => [
      `fieldlog-shared.option.${key}`,
      text,
    ])
    assert.deepEqual(Object.fromEntries(texts), Object.fromEntries(shared))
  })

  for (const [node, table] of Object.entries(problems)) {
    it(`about what is wrong are those of the locale of ${node}`, () => {
      const prefix = `fieldlog-${node}.problem.`
      const texts = [...textsOf(`nodes/${node}/locales/en-US/${node}.json`)].filter(([key]) =>
        key.startsWith(prefix),
      )
      assert.deepEqual(Object.fromEntries(texts.map(([key, text]) => [key.slice(prefix.length), text])), {
        ...table,
      })
    })
  }

  it('have in the locale a word for each operator, and the one of the sentence', () => {
    for (const name of operatorNames) assert.equal(label.get(`fieldlog-label.rule.operator-${name}`), name)
    for (const name of statefulNames)
      assert.equal(label.get(`fieldlog-label.rule.operator-${name}`), phrases[name])
  })
})

describe('the editor’s texts', () => {
  it('are found', () => {
    assert.ok(catalogs.length >= 16, `only ${catalogs.length} catalogs`)
    assert.ok(helps.length >= 16, `only ${helps.length} help texts`)
  })

  for (const language of languages) {
    it(`have every key in ${language}, no other one, and the same placeholders`, () => {
      for (const english of catalogs) {
        const translated = english.replace('/en-US/', `/${language}/`)
        assert.ok(existsSync(join(root, translated)), `${translated} is missing`)
        const texts = textsOf(translated)
        assert.deepEqual([...texts.keys()].sort(), [...textsOf(english).keys()].sort(), translated)
        for (const [key, text] of textsOf(english)) {
          const found = texts.get(key) ?? ''
          assert.notEqual(found.trim(), '', `${translated}: ${key} is empty`)
          assert.deepEqual(placeholdersOf(found), placeholdersOf(text), `${translated}: ${key}`)
        }
      }
    })

    it(`have no English sentence left in ${language}`, () => {
      const left = catalogs
        .map((english) => english.replace('/en-US/', `/${language}/`))
        .flatMap((catalog) => [...textsOf(catalog)].map(([key, text]) => ({ key, text })))
        .filter(({ text }) => englishWords.test(text.replace(quoted, '')))
      assert.deepEqual(left, [])
    })

    it(`have a help in ${language} for each node, with the same headings and properties`, () => {
      for (const english of helps) {
        const translated = english.replace(/[\w-]+\.html$/, `locales/${language}/$&`)
        assert.ok(existsSync(join(root, translated)), `${translated} is missing`)
        assert.deepEqual(outlineOf(translated), outlineOf(english), translated)
      }
    })
  }
})
