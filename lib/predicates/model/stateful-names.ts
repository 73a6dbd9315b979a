/** The operators that compare a reading with those before it, in the order in which the panel offers them. */
export const statefulNames = [
  'rate of change',
  'spike',
  'flat line',
  'attenuated signal',
  'outlier',
  'change larger than',
  'duplicate',
  'not increasing',
  'gap in time',
  'too old',
  'from the future',
] as const

export type StatefulName = (typeof statefulNames)[number]

export function isStatefulName(name: unknown): name is StatefulName {
  return (statefulNames as readonly unknown[]).includes(name)
}

/** These look at the times of readings, or at all of their fields: they need no field of their own. */
export const fieldOptional: ReadonlySet<string> = new Set([
  'duplicate',
  'gap in time',
  'too old',
  'from the future',
])

/** How they read in a sentence, after the field. */
export const phrases: Readonly<Record<StatefulName, string>> = {
  'rate of change': 'changes faster than',
  spike: 'has a spike of over',
  'flat line': 'stays flat for',
  'attenuated signal': 'varies by less than',
  outlier: 'is an outlier by over',
  'change larger than': 'changes by more than',
  duplicate: 'repeats',
  'not increasing': 'does not increase',
  'gap in time': 'comes after a gap of over',
  'too old': 'is older than',
  'from the future': 'is from the future by over',
}
