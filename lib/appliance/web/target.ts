// Whether a request's target, as it stands on the wire, is in the one form of which every reader makes the same path.
//
// Express, socket.io, ws and Node-RED each take a target apart in a way of their own: one compares the raw text, one
// resolves dot segments first, one undoes escapes. A target on which they may disagree lets a request pass the guard
// under one name and reach a handler under another, so it is refused before anybody has looked at it.

/** Segments of plain path characters and escapes. No empty segment, but a slash may end the path. */
const pathForm = /^\/$|^(?:\/(?:[\w\-.~!$&'()*+,;=:@[\]|]|%[0-9A-F]{2})+)+\/?$/i

/** What may follow the question mark: printable ASCII but the sign of a fragment. */
const queryForm = /^[!-"$-~]*$/

/** Escapes that stand for a character that needs none, for a slash of either kind, or for a control character. */
const needlessEscape = /%(?:2[DEF]|3\d|4[1-9A-F]|5[0-9ACF]|6[1-9A-F]|7[0-9AEF]|[01][0-9A-F])/i

/** True for the origin form (`/path?query`) in normal form (RFC 3986, section 6.2.2). */
export function isNormalTarget(target: string): boolean {
  const path = pathOf(target)
  return (
    pathForm.test(path) &&
    !needlessEscape.test(path) &&
    !path.split('/').some((segment) => segment === '.' || segment === '..') &&
    isUtf8(path) &&
    queryForm.test(target.slice(path.length + 1))
  )
}

/** The part before the question mark, as it stands there. */
export function pathOf(target: string): string {
  const end = target.indexOf('?')
  return end < 0 ? target : target.slice(0, end)
}

function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
