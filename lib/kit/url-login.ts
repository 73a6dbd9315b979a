/**
 * A text with the login of every URL in it left out: so that none is ever printed. What stands before the last `@` of a
 * URL counts as its login, because people enter passwords with `/`, `#` and `@` as they are.
 */
export function withoutLogin(text: string): string {
  return text.replace(/([a-z][a-z\d+.-]*:\/\/)\S*@/gi, '$1')
}
