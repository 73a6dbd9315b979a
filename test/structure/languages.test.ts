// The editor's texts say the same in every language: what is added in one of them is there in all, and nothing is left behind.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
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

    it(`have a help in ${language} for each node, with the same headings and properties`, () => {
      for (const english of helps) {
        const translated = english.replace(/[\w-]+\.html$/, `locales/${language}/$&`)
        assert.ok(existsSync(join(root, translated)), `${translated} is missing`)
        assert.deepEqual(outlineOf(translated), outlineOf(english), translated)
      }
    })
  }
})
