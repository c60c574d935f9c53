import { amountStudies } from './amounts.ts'
import { harmfulStudies } from './harmful.ts'
import { healthyStudies } from './healthy.ts'
import { onsetStudies } from './onsets.ts'
import { proofStudies } from './proofs.ts'
import { replayStudy } from './replays.ts'
import { rivalStudies } from './rivals/compared.ts'
import { sampleRatioStudies } from './sample-ratio.ts'
import type { Study } from './study.ts'

const studies: readonly Study[] = [
  ...healthyStudies,
  ...harmfulStudies,
  ...amountStudies,
  ...proofStudies,
  ...onsetStudies,
  ...sampleRatioStudies,
  replayStudy,
  ...rivalStudies,
]

export function studyNamed(name: string): Study {
  const study = studies.find((known) => known.name === name)
  if (!study) throw new RangeError(`There is no study "${name}".`)
  return study
}
