/**
 * A value that is left to the environment: `${NAME}`. Node-RED replaces it at the deploy; where the variable is not
 * set the text stays as it is, and the property counts as empty.
 */
export function isVariable(value: unknown): boolean {
  return typeof value === 'string' && /^\$\{[^}]+\}$/.test(value.trim())
}
