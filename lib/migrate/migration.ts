// What a migration is, and the one thing that most of them do.

/** The properties of a node as a flow file holds them. */
export type Config = Readonly<Record<string, unknown>>

/** One step, from one version of a node to the next. It gives new properties and leaves those it is given alone. */
export type Migration = (config: Config) => Config

/**
 * The step for properties that a node got later: what an older flow lacks gets the value by which it ran until then.
 * Write that value out. Today's defaults may change, and an old flow must not change with them.
 */
export function addMissing(values: Config): Migration {
  return (config) => {
    const missing = Object.entries(values).filter(([name]) => config[name] === undefined)
    return { ...config, ...Object.fromEntries(missing) }
  }
}
