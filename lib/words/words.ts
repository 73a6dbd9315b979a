// Sentences by a key, with values in them: `lib` says which sentence, and whoever shows it has the words in the reader's language.

export type Values = Readonly<Record<string, string | number>>

/** The sentence of a key, each `__name__` in it replaced by that value. */
export type Words = (key: string, values?: Values) => string

/** The English words of a table, numbers with their thousands marked: for whoever has no catalog of translations. */
export function wordsOf(table: Readonly<Record<string, string>>): Words {
  return (key, values = {}) =>
    (table[key] ?? key).replace(/__(\w+?)__/g, (whole, name: string) => {
      const value = values[name]
      return value === undefined ? whole : value.toLocaleString('en')
    })
}

/** The parts that are there, joined as under all nodes. */
export function joined(...parts: ReadonlyArray<string | false | undefined>): string {
  return parts.filter((part) => part !== false && part !== undefined && part !== '').join(' · ')
}
