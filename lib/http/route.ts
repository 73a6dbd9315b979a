// Whether a request is for the URL of an `http in` node, as Express sees it.

/**
 * How to ask a path; in the URL several slashes are one. Undefined for a URL whose pattern has more than names (`:id`) in it.
 */
export function compileRoute(url: string): ((path: string) => boolean) | undefined {
  if (/[*?+()[\]{}|^$\\]/.test(url)) return undefined
  const wanted = segmentsOf(url.replace(/\/{2,}/g, '/'))
  return (path) => {
    const given = segmentsOf(path)
    return given.length === wanted.length && wanted.every((name, index) => isSame(name, given[index]!))
  }
}

/** Express takes any case, and one slash more or none at the end. */
function segmentsOf(path: string): string[] {
  return path.replace(/^\//, '').replace(/\/$/, '').split('/')
}

function isSame(wanted: string, given: string): boolean {
  if (wanted.startsWith(':')) return given !== ''
  return wanted.toLowerCase() === decoded(given).toLowerCase()
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
