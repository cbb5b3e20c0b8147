import { Box } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'

interface Props {
  html: string
  /** Of the frame, for those who cannot see it. */
  title: string
  /** The frame's width in pixels: 375 shows a phone. Default: all there is. */
  width?: number
}

/**
 * An e-mail as its reader sees it, in a frame with an origin of its own: no
 * script of the mail runs, and nothing of ours is within its reach.
 */
export function MailPreview({ html, title, width }: Props) {
  const frame = useRef<HTMLIFrameElement>(null)
  const [ready, setReady] = useState(0)
  const [height, setHeight] = useState(320)
  useEffect(() => {
    const listen = (event: MessageEvent<{ ready?: boolean; height?: number }>) => {
      if (event.source !== frame.current?.contentWindow) return
      if (event.data.ready) setReady((n) => n + 1)
      if (typeof event.data.height === 'number') setHeight(Math.min(Math.max(event.data.height, 120), 4000))
    }
    window.addEventListener('message', listen)
    return () => window.removeEventListener('message', listen)
  }, [])
  // An opaque origin has no name to address a message to; the frame is known by its window.
  useEffect(() => {
    if (ready) frame.current?.contentWindow?.postMessage({ html }, '*')
  }, [html, ready])
  return (
    <Box style={{ overflowX: 'auto', background: 'white', borderRadius: 8, border: '1px solid var(--mantine-color-default-border)' }}>
      <iframe ref={frame} title={title} src="/dashboard/preview.html" sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox"
        style={{ display: 'block', border: 0, width: width ?? '100%', height, margin: '0 auto' }} />
    </Box>
  )
}
