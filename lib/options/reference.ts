/**
 * Whether a value is left to the environment: `${NAME}`, or `$(NAME)` as in old flows. These are what Node-RED itself
 * replaces at a deploy, and only where nothing stands beside it.
 */
export function isReference(value: unknown): boolean {
  return typeof value === 'string' && referencePattern.test(value)
}

export const referencePattern = /^\$(\{[^{}\s]+\}|\([^()\s]+\))$/
