// Which steps of a time event begin a span, and which end it. Senders agree on no words, so each category may have its
// own. Browser-safe: the panel checks the same rows.
import { type Sentence, sentencesOf } from '../words/sentence.ts'

/** What is said of a row that cannot be used; nodes/timing/locales has it in other languages. */
export const categorySentences = {
  categoryMissing: 'The category is missing; * stands for all that have no row of their own.',
  categoryTwice: 'There is a row for __category__ already.',
  beginsAndEnds: '__word__ cannot begin a span and end one.',
  limit: 'The limit must be a number of seconds from 0.001 to __most__, or empty.',
  inRow: 'row __place__: __problem__',
  tooManyRows: 'There are more than __most__ rows.',
} as const

const sentence = sentencesOf(categorySentences)

/** What a step means for the spans of its key. */
export type Role = 'begin' | 'end' | 'step' | 'point'

/** A row of the panel's table. */
export interface CategoryRow {
  /** a category; `*`: every one without a row of its own */
  category: string
  /** words with blanks or commas between them; empty: the usual ones; `-`: none */
  begins: string
  ends: string
  /** seconds after which a span without an end is given up; empty: 300 */
  limit: number | ''
}

/** What holds for one category. */
export interface CategoryRules {
  begins: ReadonlySet<string>
  ends: ReadonlySet<string>
  /** ms */
  limit: number
}

const usualBegins = ['START', 'BEGIN', 'STARTING', 'CONNECTING']
const usualEnds = ['STOP', 'END', 'DONE', 'READY', 'CONNECTED', 'BOUND', 'STOPPED']
/** moments that belong to no span, in every category */
const points = new Set(['ONE', 'SINGLE', 'UNI'])

/** seconds */
const usualLimit = 300
/** seconds: a week, after which the sender's clock is not believed either */
const longestLimit = 604_800
const mostRows = 200
/** in a row in place of words: no step of the category is one */
const noWords = '-'

/** The rows that a new node has: a connection's state is no span that ought to end. */
export const defaultRows: CategoryRow[] = [
  { category: '*', begins: '', ends: '', limit: '' },
  { category: 'CONTROLLER', begins: 'CONNECTING', ends: 'READY', limit: '' },
  { category: 'WIFI_LINK', begins: noWords, ends: noWords, limit: '' },
]

/** The words of all categories. Upper and lower case are one. */
export class StepWords {
  readonly #byCategory = new Map<string, CategoryRules>()
  readonly #others: CategoryRules

  /** @param rows without problems; of two rows for one category the first one holds */
  constructor(rows: readonly CategoryRow[]) {
    for (const row of rows) {
      const category = row.category.toUpperCase()
      if (!this.#byCategory.has(category)) this.#byCategory.set(category, rulesOf(row))
    }
    this.#others = this.#byCategory.get('*') ?? rulesOf({ category: '*', begins: '', ends: '', limit: '' })
  }

  /** What the step is in this category. A word of both lists begins a span. */
  roleOf(category: string, step: string): Role {
    const word = step.toUpperCase()
    if (points.has(word)) return 'point'
    const { begins, ends } = this.#rulesFor(category)
    if (begins.has(word)) return 'begin'
    return ends.has(word) ? 'end' : 'step'
  }

  /** After how long a span of this category is given up, ms. */
  limitOf(category: string): number {
    return this.#rulesFor(category).limit
  }

  #rulesFor(category: string): CategoryRules {
    return this.#byCategory.get(category.toUpperCase()) ?? this.#others
  }
}

/** A row, completed and with its texts trimmed; what is no row is an empty one. */
export function completeRow(given: unknown): CategoryRow {
  const row = (typeof given === 'object' && given !== null ? given : {}) as Partial<CategoryRow>
  const text = (value: unknown) => (value === undefined || value === null ? '' : String(value).trim())
  const limit = text(row.limit)
  return {
    category: text(row.category),
    begins: text(row.begins),
    ends: text(row.ends),
    limit: limit === '' ? '' : Number(limit),
  }
}

/** What is wrong with each row: the texts by the row's place; rows that are right are left out. */
export function rowsProblems(rows: readonly CategoryRow[]): Map<number, Sentence> {
  const problems = new Map<number, Sentence>()
  const seen = new Set<string>()
  rows.forEach((row, place) => {
    const category = row.category.toUpperCase()
    const problem =
      place < mostRows ? rowProblem(row, seen.has(category)) : sentence('tooManyRows', { most: mostRows })
    if (problem !== undefined) problems.set(place, problem)
    seen.add(category)
  })
  return problems
}

/** The rows that can be used, and what is wrong with the others, in words. */
export function soundRows(given: unknown): { rows: CategoryRow[]; problems: Sentence[] } {
  const rows = Array.isArray(given) ? given.map(completeRow) : []
  const problems = rowsProblems(rows)
  return {
    rows: rows.filter((_, place) => !problems.has(place)),
    problems: [...problems].map(([place, problem]) => sentence('inRow', { place: place + 1, problem })),
  }
}

function rowProblem({ category, begins, ends, limit }: CategoryRow, isSecond: boolean): Sentence | undefined {
  if (category === '') return sentence('categoryMissing')
  if (isSecond) return sentence('categoryTwice', { category })
  const starts = wordsOf(begins, usualBegins)
  const both = wordsOf(ends, usualEnds).find((word) => starts.includes(word))
  if (both !== undefined) return sentence('beginsAndEnds', { word: both })
  if (limit === '' || (limit >= 0.001 && limit <= longestLimit)) return undefined
  return sentence('limit', { most: String(longestLimit) })
}

function rulesOf({ begins, ends, limit }: CategoryRow): CategoryRules {
  return {
    begins: new Set(wordsOf(begins, usualBegins)),
    ends: new Set(wordsOf(ends, usualEnds)),
    limit: (limit === '' ? usualLimit : limit) * 1000,
  }
}

function wordsOf(text: string, usual: readonly string[]): readonly string[] {
  if (text === '') return usual
  if (text === noWords) return []
  return text
    .toUpperCase()
    .split(/[\s,]+/)
    .filter((word) => word !== '')
}
