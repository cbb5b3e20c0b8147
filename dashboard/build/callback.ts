import type { Plugin } from 'vite'

// callback does in development what the dashboard function does at /: the
// sign-in page returns there.
export function callback(): Plugin {
  return {
    name: 'callback',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const url = new URL(request.url ?? '/', 'http://localhost')
        if (url.pathname !== '/') return next()
        response.writeHead(302, { Location: url.search ? '/dashboard/callback' + url.search : '/dashboard/auto-engagement' })
        response.end()
      })
    },
  }
}
