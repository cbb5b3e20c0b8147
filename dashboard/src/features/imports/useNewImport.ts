import { useMutation, useQueryClient } from '@tanstack/react-query'
import { answer, api } from '@/api/client'
import { importQuery, importsQuery } from './queries'
import { startUpload } from './upload'

/** Makes an import of a file and begins to send it. */
export function useNewImport(made: (id: string) => void) {
  const queries = useQueryClient()
  return useMutation({
    meta: { quiet: true },
    mutationFn: async ({ file, leadSource }: { file: File; leadSource: string }) => {
      const { upload, ...created } = await answer(
        api.POST('/api/contacts/imports', { body: { file_name: file.name, size: file.size, ...(leadSource.trim() ? { lead_source: leadSource.trim() } : {}) } }),
      )
      startUpload(created.id, upload.url, file)
      return created
    },
    onSuccess: (created) => {
      queries.setQueryData(importQuery(created.id).queryKey, created)
      made(created.id)
      return queries.invalidateQueries({ queryKey: importsQuery.queryKey })
    },
  })
}
