import type { ImportFormat } from '@sluice/contract'
import { type DragEvent, useId, useState } from 'react'
import { Button } from '../../../ui/Button.tsx'
import { formatNames } from './import-marks.ts'

const sizeText = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`
const largestBytes = 20 * 1024 * 1024

export interface Chosen {
  readonly file: File
  readonly format: ImportFormat | null
  readonly take: 'kept' | 'theirs'
}

/** Which file, how to read it, and whose word counts. */
export function ChooseFile({ isBusy, onLook }: { isBusy: boolean; onLook: (chosen: Chosen) => void }) {
  const id = useId()
  const [file, setFile] = useState<File | null>(null)
  const [format, setFormat] = useState<ImportFormat | ''>('')
  const [take, setTake] = useState<Chosen['take']>('kept')
  const [isOver, setOver] = useState(false)
  const isTooLarge = file !== null && file.size > largestBytes
  const drop = (event: DragEvent): void => {
    event.preventDefault()
    setOver(false)
    setFile(event.dataTransfer.files[0] ?? null)
  }
  return (
    <form
      className="mt-4 max-w-[720px]"
      onSubmit={(event) => {
        event.preventDefault()
        if (file !== null && !isTooLarge) onLook({ file, format: format === '' ? null : format, take })
      }}
    >
      <label
        htmlFor={id}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={`block cursor-pointer rounded-4 border border-dashed p-6 text-center focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent ${isOver ? 'border-accent bg-raised' : 'border-edge'}`}
      >
        <span className="block font-semibold wrap-anywhere">{file?.name ?? 'Drop a file here, or choose one'}</span>
        <span className={`block text-13 ${isTooLarge ? 'text-fail' : 'text-muted'}`}>
          {file === null
            ? 'JSON of Sluice, LiteLLM, models.dev, OpenRouter or genai-prices, up to 20 MiB'
            : `${sizeText(file.size)}${isTooLarge ? ': more than 20 MiB cannot be read at once' : ''}`}
        </span>
        <input
          id={id}
          type="file"
          accept=".json,application/json"
          className="sr-only"
          onChange={(event) => setFile(event.target.files?.[0] ?? null)}
        />
      </label>
      <div className="mt-3 flex flex-wrap items-end gap-x-4 gap-y-3">
        <label className="block text-13 font-semibold">
          Format
          <select
            className="field mt-1 block font-normal"
            value={format}
            onChange={(event) => setFormat(event.target.value as ImportFormat | '')}
          >
            <option value="">Detected</option>
            {Object.entries(formatNames).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label className="block text-13 font-semibold">
          What people changed by hand
          <select
            className="field mt-1 block font-normal"
            value={take}
            onChange={(event) => setTake(event.target.value as Chosen['take'])}
          >
            <option value="kept">stays as it is</option>
            <option value="theirs">is overwritten by the file</option>
          </select>
        </label>
        <Button kind="primary" type="submit" disabled={file === null || isTooLarge || isBusy}>
          Show what would change
        </Button>
      </div>
    </form>
  )
}
