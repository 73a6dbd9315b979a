// The files of the pages, as the build made them. They hold no data, so that anybody may have them, and all of them are in
// memory: what is asked for is looked up by its name, and never becomes a path.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { extname, join, sep } from 'node:path'
import { gzipSync } from 'node:zlib'

export interface StaticAnswer {
  status: 200 | 304
  headers: OutgoingHttpHeaders
  body: Buffer | undefined
}

interface StaticFile {
  type: string
  plain: Buffer
  /** undefined where it saves nothing */
  zipped: Buffer | undefined
  /** a hash of the content, without quotation marks */
  hash: string
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

/** Scripts, styles and data come from the gateway itself, and nothing else from anywhere. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'self'",
].join('; ')

const index = 'index.html'

export class StaticFiles {
  readonly #files: ReadonlyMap<string, StaticFile>

  /** @param folder with everything below it; an absent one has no files */
  constructor(folder: string) {
    this.#files = new Map(namesIn(folder).map((name) => [name, fileAt(join(folder, name))]))
  }

  /** @param path as it stands in the address, below the pages' own: `/`, `/app.js`; undefined where no file has it */
  answer(path: string, headers: IncomingHttpHeaders): StaticAnswer | undefined {
    const file = this.#files.get(path === '/' ? index : path.slice(1))
    if (!file) return undefined
    const zipped = acceptsGzip(headers) ? file.zipped : undefined
    const etag = `"${file.hash}${zipped ? '-gz' : ''}"`
    const common = {
      etag,
      vary: 'Accept-Encoding',
      // with an upgrade of the package the pages and what they ask for change together
      'cache-control': 'no-cache',
      'content-security-policy': pagePolicy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
    }
    if (isKnown(headers['if-none-match'], etag)) return { status: 304, headers: common, body: undefined }
    const body = zipped ?? file.plain
    return {
      status: 200,
      headers: {
        ...common,
        'content-type': file.type,
        'content-length': body.length,
        ...(zipped && { 'content-encoding': 'gzip' }),
      },
      body,
    }
  }
}

/** Of the files whose kind is known, by their path with slashes; what is there twice, gzipped, is gzipped here. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => extname(name) in types)
      .map((name) => name.split(sep).join('/'))
  } catch {
    return []
  }
}

function fileAt(path: string): StaticFile {
  const plain = readFileSync(path)
  const zipped = gzipSync(plain, { level: 9 })
  return {
    type: types[extname(path)]!,
    plain,
    zipped: zipped.length < plain.length * 0.9 ? zipped : undefined,
    hash: createHash('sha256').update(plain).digest('base64url').slice(0, 22),
  }
}

function acceptsGzip(headers: IncomingHttpHeaders): boolean {
  return /(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?:1(?:\.0*)?|0?\.0*[1-9]\d*)\s*)?(?:,|$)/i.test(
    String(headers['accept-encoding'] ?? ''),
  )
}

/** Weakly compared, as a revalidation is. */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  return (
    ifNoneMatch.trim() === '*' ||
    ifNoneMatch.split(',').some((each) => each.trim().replace(/^W\//, '') === etag)
  )
}
