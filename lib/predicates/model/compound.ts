// The names of the operators that are made of others. Browser-safe.

/** A free CEL expression over the event's fields; its text is the row's one operand. */
export const expressionOperator = 'expression'

export const groupOperators = ['all of', 'any of', 'none of'] as const

export type GroupOperator = (typeof groupOperators)[number]

export function isGroupOperator(name: unknown): name is GroupOperator {
  return (groupOperators as readonly unknown[]).includes(name)
}
