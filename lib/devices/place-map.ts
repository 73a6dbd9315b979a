// A map by source, type and key. It is asked for each reading, and joining the three to one text would cost more than the
// rest of what is done there. Browser-safe.

export class PlaceMap<Value> {
  readonly #bySource = new Map<string, Map<string, Map<string, Value>>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  get(source: string, type: string, key: string): Value | undefined {
    return this.#bySource.get(source)?.get(type)?.get(key)
  }

  set(source: string, type: string, key: string, value: Value): void {
    const byType = this.#bySource.get(source) ?? new Map<string, Map<string, Value>>()
    this.#bySource.set(source, byType)
    const byKey = byType.get(type) ?? new Map<string, Value>()
    byType.set(type, byKey)
    if (!byKey.has(key)) this.#size++
    byKey.set(key, value)
  }

  delete(source: string, type: string, key: string): void {
    const byType = this.#bySource.get(source)
    const byKey = byType?.get(type)
    if (!byType || !byKey?.delete(key)) return
    this.#size--
    if (byKey.size === 0) byType.delete(type)
    if (byType.size === 0) this.#bySource.delete(source)
  }

  clear(): void {
    this.#bySource.clear()
    this.#size = 0
  }

  *values(): Generator<Value> {
    for (const byType of this.#bySource.values()) for (const byKey of byType.values()) yield* byKey.values()
  }
}
