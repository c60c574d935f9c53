import { exportAddress } from '../../api/model-import.ts'
import { ActionMenu } from '../../ui/ActionMenu.tsx'

/** All models as a file: our own format loses nothing, LiteLLM's what it has no place for. */
export function ExportMenu() {
  return (
    <ActionMenu
      label="Export"
      entries={[
        { label: 'Sluice, complete', render: <a href={exportAddress('sluice')} download /> },
        { label: 'LiteLLM, what it can hold', render: <a href={exportAddress('litellm')} download /> },
      ]}
    />
  )
}
