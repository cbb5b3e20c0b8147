import { useSyncExternalStore } from 'react'

/** How far a file is on its way. */
export interface UploadState {
  /** In bytes. */
  sent: number
  total: number
  /** uploaded: the bucket has it. */
  state: 'uploading' | 'uploaded' | 'failed'
  /** Of one that failed: what the bucket answered; 0 when it did not answer. */
  status?: number
}

interface Upload {
  url: string
  file: File
  request?: XMLHttpRequest
  shown: UploadState
}

// Uploads live as long as the application: leaving the page does not stop them.
const uploads = new Map<string, Upload>()
const listeners = new Set<() => void>()
const tell = () => listeners.forEach((listener) => listener())

function show(upload: Upload, change: Partial<UploadState>) {
  upload.shown = { ...upload.shown, ...change }
  tell()
}

const warn = (event: BeforeUnloadEvent) => event.preventDefault()

function guard() {
  const going = [...uploads.values()].some(({ shown }) => shown.state === 'uploading')
  window[going ? 'addEventListener' : 'removeEventListener']('beforeunload', warn as EventListener)
}

function send(upload: Upload) {
  // fetch tells nothing of how far a body is sent.
  const request = new XMLHttpRequest()
  upload.request = request
  show(upload, { sent: 0, state: 'uploading', status: undefined })
  request.upload.onprogress = (event) => show(upload, { sent: event.loaded })
  request.onloadend = () => {
    const { status } = request
    show(upload, status >= 200 && status < 300 ? { state: 'uploaded', sent: upload.shown.total } : { state: 'failed', status })
    guard()
  }
  request.open('PUT', upload.url)
  request.send(upload.file)
  guard()
}

/** Sends an import's file to its signed address. */
export function startUpload(id: string, url: string, file: File) {
  const upload: Upload = { url, file, shown: { sent: 0, total: file.size, state: 'uploading' } }
  uploads.set(id, upload)
  send(upload)
}

/** Sends it once more, after it failed. */
export function retryUpload(id: string) {
  const upload = uploads.get(id)
  if (upload) send(upload)
}

/** Stops sending and forgets the file. */
export function dropUpload(id: string) {
  const upload = uploads.get(id)
  uploads.delete(id)
  if (upload?.request) {
    upload.request.onloadend = null
    upload.request.abort()
  }
  guard()
  tell()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The upload of an import that this page sends; undefined where it sends none. */
export function useUpload(id: string): UploadState | undefined {
  return useSyncExternalStore(subscribe, () => uploads.get(id)?.shown)
}
