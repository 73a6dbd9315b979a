// The names of the operators that are made of others. Browser-safe.

/** A free CEL expression over the event's fields; its text is the condition's one operand. */
export const expressionOperator = 'expression'

/** What joins the conditions of a group: all of them are found, or one at least. */
export const groupOperators = ['and', 'or'] as const

export type GroupOperator = (typeof groupOperators)[number]

export function isGroupOperator(name: unknown): name is GroupOperator {
  return (groupOperators as readonly unknown[]).includes(name)
}
