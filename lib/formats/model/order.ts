// The order in which fields are computed: each after those that its expressions refer to.

/** The names of fields that refer to each other in a circle, the first twice: `a → b → a`. */
export class Circle {
  readonly names: string[]
  constructor(names: string[]) {
    this.names = names
  }
}

/**
 * Indexes of the fields such that each comes after the ones it refers to, else in the given order; or the circle
 * that makes this impossible. `references` gives the names each field refers to, not counting itself.
 */
export function orderFields(names: readonly string[], references: readonly string[][]): number[] | Circle {
  const order: number[] = []
  const done = new Set<number>()
  const path: number[] = []

  const visit = (index: number): Circle | undefined => {
    if (done.has(index)) return undefined
    if (path.includes(index)) {
      return new Circle([...path.slice(path.indexOf(index)), index].map((i) => names[i] as string))
    }
    path.push(index)
    for (const name of references[index] ?? []) {
      const circle = visit(names.indexOf(name))
      if (circle !== undefined) return circle
    }
    path.pop()
    done.add(index)
    order.push(index)
    return undefined
  }

  for (let index = 0; index < names.length; index++) {
    const circle = visit(index)
    if (circle !== undefined) return circle
  }
  return order
}
