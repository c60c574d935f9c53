import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

/** An entry of the SDK and all it needs in one script, as an application's bundler makes it. */
export async function bundle(
  entry: string,
  output: { format: 'es' } | { format: 'iife'; name: string },
): Promise<{ code: string; modules: string[] }> {
  const build = await rolldown({
    input: fileURLToPath(new URL(`../${entry}`, import.meta.url)),
    platform: 'browser',
    resolve: { conditionNames: ['@sluice/source'] },
    logLevel: 'silent',
  })
  try {
    const { output: chunks } = await build.generate({ ...output, minify: true, comments: false })
    return { code: chunks[0].code, modules: [...chunks[0].moduleIds, ...chunks[0].imports] }
  } finally {
    await build.close()
  }
}
