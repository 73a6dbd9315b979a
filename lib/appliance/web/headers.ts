// What every response tells the browser about what the page may do. A flow that sets one of these headers itself
// (in its http response node) keeps its own.

/**
 * The editor needs inline scripts and `eval` (nodes bring their panels along as scripts in HTML, Monaco and JSONata
 * compile at run time), and asks Node-RED's catalogue for what can be installed. What is left is worth having: no
 * script from elsewhere, no plug-ins, no form or base that leads away.
 */
const editorPolicy = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob: https:",
  "font-src 'self' data:",
  "connect-src 'self' ws: wss: https:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'self'",
].join('; ')

/** The headers for a path. Only pages of this very gateway may show another one in a frame: a dashboard does so. */
export function securityHeaders(path: string): Record<string, string> {
  return {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'SAMEORIGIN',
    // not `no-referrer`: with it browsers send `Origin: null` to ourselves, which the guard must refuse
    'referrer-policy': 'same-origin',
    'content-security-policy': path === '/' ? editorPolicy : "frame-ancestors 'self'",
  }
}
