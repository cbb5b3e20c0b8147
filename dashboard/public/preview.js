// Shows a mail that the page around this frame gives, and tells its height.
// The frame has an origin of its own, and its policy lets no script of a mail run.
'use strict'

window.addEventListener('message', (event) => {
  if (event.source !== window.parent || typeof event.data?.html !== 'string') return
  const mail = new DOMParser().parseFromString(event.data.html, 'text/html')
  for (const link of mail.querySelectorAll('a[href], area[href]')) {
    link.target = '_blank'
    link.rel = 'noopener noreferrer'
  }
  document.replaceChild(document.adoptNode(mail.documentElement), document.documentElement)
  new ResizeObserver(() => window.parent.postMessage({ height: document.documentElement.scrollHeight }, '*')).observe(document.documentElement)
})
window.parent.postMessage({ ready: true }, '*')
