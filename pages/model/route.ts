// The address of a view: `#/chart?s=room/kitchen:temp&from=-24h`. What is not understood is left out, so that an old or a mistyped
// address still shows something.

/** One curve of a chart. It is named, not numbered: numbers change when the store is made again. */
export interface Curve {
  type: string
  name: string
  field: string
}

export type Route =
  | { view: 'readings'; find: string }
  | { view: 'chart'; curves: Curve[]; from: string; to: string }
  | { view: 'rejects' }
  | { view: 'spans'; from: string }
  | { view: 'clusters' }
  | { view: 'gateway' }

export type ViewName = Route['view']

export const defaultRange = '-24h'
/** more curves than that are not told apart */
export const mostCurves = 8

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split(/\?(.*)/s)
  const parameters = new URLSearchParams(query)
  switch (path) {
    case 'chart':
      return {
        view: 'chart',
        curves: parameters.getAll('s').flatMap(parseCurve).slice(0, mostCurves),
        from: moment(parameters.get('from')) ?? defaultRange,
        to: moment(parameters.get('to')) ?? 'now',
      }
    case 'spans':
      return { view: 'spans', from: moment(parameters.get('from')) ?? defaultRange }
    case 'rejects':
    case 'clusters':
    case 'gateway':
      return { view: path }
    default:
      return { view: 'readings', find: parameters.get('find') ?? '' }
  }
}

export function formatRoute(route: Route): string {
  switch (route.view) {
    case 'readings':
      return route.find === '' ? '#/' : `#/?find=${encode(route.find)}`
    case 'chart': {
      const parameters = [
        ...route.curves.map((curve) => `s=${encode(formatCurve(curve))}`),
        `from=${encode(route.from)}`,
        ...(route.to === 'now' ? [] : [`to=${encode(route.to)}`]),
      ]
      return `#/chart?${parameters.join('&')}`
    }
    case 'spans':
      return route.from === defaultRange ? '#/spans' : `#/spans?from=${encode(route.from)}`
    default:
      return `#/${route.view}`
  }
}

/** `room/kitchen:temp`. A type has no slash and a field no colon; the name between them may have both. */
export function formatCurve({ type, name, field }: Curve): string {
  return `${type}/${name}:${field}`
}

function parseCurve(text: string): Curve[] {
  const slash = text.indexOf('/')
  const colon = text.lastIndexOf(':')
  if (slash < 1 || colon < slash + 2 || colon === text.length - 1) return []
  return [{ type: text.slice(0, slash), name: text.slice(slash + 1, colon), field: text.slice(colon + 1) }]
}

const relative = /^-(\d{1,6})(s|m|h|d|w|y)$/
const unitMs = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5, y: 31_536e6 } as const

function moment(text: string | null): string | undefined {
  if (text === null || text === '') return undefined
  return text === 'now' || relative.test(text) || Number.isFinite(timeOf(text, 0)) ? text : undefined
}

/** The moment that a text means, in ms; NaN where it means none. */
export function timeOf(text: string, now: number): number {
  if (text === 'now') return now
  const [, number, unit] = relative.exec(text) ?? []
  if (number !== undefined) return now - Number(number) * unitMs[unit as keyof typeof unitMs]
  return /^\d{9,15}$/.test(text) ? Number(text) : Date.parse(text)
}

/** Escapes what would end the parameter, and leaves `/` and `:` to be read. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%3A', ':')
}
