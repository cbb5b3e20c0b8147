declare global {
  var __webpack_nonce__: string | undefined
}

/** The nonce that this page's styles need; '' in development and tests. */
export const nonce = document.querySelector<HTMLElement>('meta[property="csp-nonce"]')?.nonce ?? ''

// Libraries that insert styles by themselves look here.
globalThis.__webpack_nonce__ = nonce || undefined
