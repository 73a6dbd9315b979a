// Which nodes of ours may hand events on directly without changing the order in which a sink gets them.
//
// A direct step takes no time; a step by Node-RED's messaging takes at least a turn of the event loop. Where some of the
// ways from a `log` node to a sink are direct and others are not, newer events overtake older ones that are still on
// their way. So the rule is: behind each `log` node either every step between our nodes is direct, or none is. What leads
// only to nodes of others may leave the direct way, as long as it does not come back and does not meet what left it
// elsewhere, and all of it has come the same way. A debug node counts only where it shares an output with one of ours.

/** A node as the flow file describes it, as far as its wires are concerned. */
export interface FlowEntry {
  id: string
  type: string
  /** switched off */
  d?: boolean
  /** ids, by output; a subflow's definition has none */
  wires?: unknown
  /** of `link out` and `link call`: the `link in` nodes that they lead to */
  links?: unknown
  /** of a subflow's definition: the nodes that its inputs lead to, and those that its outputs come from */
  in?: unknown
  out?: unknown
}

/** A node that takes part in the direct way. */
export interface Participant {
  /** events begin here: what comes in is another matter than what goes out */
  startsPaths: boolean
}

/** What the flow file says about the direct way. Ids as they stand in the flow file, in subflows those of the template. */
export interface Wiring {
  /** nodes that are switched off: a wire to one of them leads nowhere */
  absent: ReadonlySet<string>
  /** nodes of ours that must send by Node-RED's messaging */
  byMessaging: ReadonlySet<string>
}

/** Each direct step is one call within the other: the call stack bounds how many there may be. */
const longestPath = 20
/** These only show what comes to them: in what order they get it from several nodes matters to nobody. */
const onlyShows = new Set(['debug'])

/**
 * Works out the wiring of a deploy.
 * @param entries everything in the flow file
 * @param participants nodes of ours, by id
 * @param watched nodes whose deliveries somebody watches: they are reached by messaging
 */
export function wiringOf(
  entries: readonly FlowEntry[],
  participants: ReadonlyMap<string, Participant>,
  watched: ReadonlySet<string>,
): Wiring {
  const absent = new Set(entries.filter(({ d }) => d === true).map(({ id }) => id))
  const graph = new Graph(
    entries.filter(({ id }) => !absent.has(id)),
    participants,
  )
  const starts = [...participants].filter(([, { startsPaths }]) => startsPaths).map(([id]) => id)
  const paths = starts.map((start) => graph.behind(start))
  const mixed = paths.filter((nodes) => !graph.isDirect(nodes, watched))
  const byMessaging = new Set(mixed.flatMap((nodes) => [...nodes]))
  // two log nodes may share what is behind them
  for (let grown = true; grown; ) {
    grown = false
    for (const nodes of paths) {
      const all = [...nodes]
      if (!all.some((id) => byMessaging.has(id)) || all.every((id) => byMessaging.has(id))) continue
      for (const id of all) byMessaging.add(id)
      grown = true
    }
  }
  return { absent, byMessaging }
}

/** The nodes of a flow and what leads from the one to the other. */
class Graph {
  readonly #participants: ReadonlyMap<string, Participant>
  readonly #outputs = new Map<string, string[][]>()
  readonly #types = new Map<string, string>()
  /** nodes that something else than one of our nodes leads to */
  readonly #entered = new Set<string>()

  constructor(entries: readonly FlowEntry[], participants: ReadonlyMap<string, Participant>) {
    this.#participants = participants
    const present = new Set(entries.map(({ id }) => id))
    for (const { id, type, wires, links } of entries) {
      this.#types.set(id, type)
      const outputs = [...idLists(wires), idsOf(links)].map((ids) => ids.filter((to) => present.has(to)))
      this.#outputs.set(id, outputs)
      if (!participants.has(id)) for (const to of outputs.flat()) this.#entered.add(to)
    }
    for (const entry of entries) this.#addSubflow(entry, entries)
  }

  /** What comes to a place of use goes to the nodes inside, and from those to where the place of use leads. */
  #addSubflow({ id, in: inputs, out }: FlowEntry, entries: readonly FlowEntry[]): void {
    const first = portIds(inputs)
    for (const to of first) this.#entered.add(to)
    for (const use of entries.filter(({ type }) => type === `subflow:${id}`)) {
      const outputs = this.#outputs.get(use.id) ?? []
      for (const inner of portIds(out)) this.#outputs.get(inner)?.push(outputs.flat())
      this.#outputs.set(use.id, [...outputs, first])
    }
  }

  /** A start and the nodes of ours behind it, through whatever lies between, as far as the next start. */
  behind(start: string): Set<string> {
    const reached = new Set([start])
    for (const id of reached) {
      for (const to of this.#outputsOf(id).flat())
        if (!this.#participants.get(to)?.startsPaths) reached.add(to)
    }
    return new Set([...reached].filter((id) => this.#participants.has(id)))
  }

  /** Whether every step between these nodes can be direct, with the order of Node-RED's messaging or a better one. */
  isDirect(nodes: ReadonlySet<string>, watched: ReadonlySet<string>): boolean {
    const [start, ...others] = nodes
    if (others.some((id) => this.#entered.has(id) || watched.has(id))) return false
    const outputs = [...nodes].flatMap((id) => this.#outputsOf(id))
    if (outputs.some((ids) => this.#isShared(ids))) return false
    if (!this.#isShort(start!, nodes)) return false
    return this.#staysOurs(nodes) || (this.#isTree(nodes) && this.#staysApart(nodes))
  }

  /** It leads to nodes of ours and to others: these would get an event later than those. */
  #isShared(ids: readonly string[]): boolean {
    const own = ids.filter((id) => this.#participants.has(id)).length
    return own > 0 && own < ids.length
  }

  #outputsOf(id: string): string[][] {
    return this.#outputs.get(id) ?? []
  }

  /** No ring, and no path of more steps than there may be. */
  #isShort(start: string, nodes: ReadonlySet<string>): boolean {
    let reached = new Set([start])
    for (let steps = 0; reached.size > 0; steps++) {
      if (steps > longestPath) return false
      const next = [...reached].flatMap((id) => this.#outputsOf(id).flat())
      reached = new Set(next.filter((id) => nodes.has(id) && id !== start))
    }
    return true
  }

  /** Nothing leaves for nodes of others. */
  #staysOurs(nodes: ReadonlySet<string>): boolean {
    return [...nodes].every((id) => this.#foreignBehind(id).size === 0)
  }

  /** To each node leads one way alone, so that all events get there equally late. */
  #isTree(nodes: ReadonlySet<string>): boolean {
    const seen = new Set<string>()
    for (const id of nodes) {
      const next = new Set(this.#outputsOf(id).flat())
      for (const to of next) if (nodes.has(to) && seen.has(to)) return false
      for (const to of next) seen.add(to)
    }
    return true
  }

  /** What leaves for nodes of others from two of our nodes does not meet there. */
  #staysApart(nodes: ReadonlySet<string>): boolean {
    const seen = new Set<string>()
    for (const id of nodes) {
      const reached = this.#foreignBehind(id)
      for (const other of reached) if (seen.has(other)) return false
      for (const other of reached) seen.add(other)
    }
    return true
  }

  #foreignBehind(id: string): Set<string> {
    const isForeign = (to: string) => !this.#participants.has(to) && !onlyShows.has(this.#types.get(to) ?? '')
    const reached = new Set(this.#outputsOf(id).flat().filter(isForeign))
    for (const foreign of reached) {
      for (const to of this.#outputsOf(foreign).flat()) if (isForeign(to)) reached.add(to)
    }
    return reached
  }
}

/** The flow file may have been edited by hand: whatever is no list of ids counts as none. */
function idLists(value: unknown): string[][] {
  return Array.isArray(value) ? value.map(idsOf) : []
}

function idsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : []
}

/** `in` and `out` of a subflow's definition: `[{ wires: [{ id }] }]`. */
function portIds(ports: unknown): string[] {
  if (!Array.isArray(ports)) return []
  return ports.flatMap((port: { wires?: unknown } | null) =>
    Array.isArray(port?.wires) ? idsOf(port.wires.map((wire: { id?: unknown } | null) => wire?.id)) : [],
  )
}
