// What the pages show as commands, plans and flags is held against the product.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { commands } from '@sluice/cli/commands'
import { configFileSchema, guardrailInputSchema, planInputSchema, toPlan } from '@sluice/contract'
import type { PlanInput } from '@sluice/contract'
import { parseFlag } from '@sluice/core/evaluation'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { root } from './build-site.ts'
import { contents } from './contents.ts'

const chapters = await contents(root)
const pages = chapters.flatMap((chapter) => chapter.pages).filter(({ path }) => !path.startsWith('project/'))
const readmes = ['README.md', 'examples/README.md'].map((source) => ({
  source,
  markdown: readFileSync(join(root, source), 'utf8'),
}))
const texts = [...pages, ...readmes]

/** Fences whose info string is this, with the page they stand on. */
const fences = (info: string) =>
  texts.flatMap(({ source, markdown }) =>
    [...markdown.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].flatMap(([, found = '', body = '']) =>
      found === info ? [{ source, body }] : [],
    ),
  )

/** The command lines of `sluice`, in fences of a shell and in the text. */
const commandLines = texts.flatMap(({ source, markdown }) => {
  const fenced = [...markdown.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, body = '']) =>
    body.replaceAll('\\\n', ' ').split('\n'),
  )
  const inText = [...markdown.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`]+)`/g)].map(([, found = '']) =>
    found.replaceAll('\n', ' '),
  )
  const lines = [...fenced, ...inText].flatMap(
    (line) => /^(?:\w+=\S+ )*(?:npx )?sluice ([a-z].*)$/.exec(line.trim())?.[1] ?? [],
  )
  return lines.map((line) => ({ source, line }))
})

const wordsOf = (line: string): string[] =>
  (line.split(/ (?:#|>|\||&&) ?/)[0] ?? '')
    .match(/"[^"]*"|'[^']*'|\S+/g)
    ?.map((word) => word.replaceAll(/["']/g, '')) ?? []

/** What stands after the name of a command in its help, where that is a word of its own: `on|off`. */
const verbsOf = (usage: string, name: string): Set<string> =>
  new Set(
    [...usage.matchAll(new RegExp(`^sluice ${name} ([a-z|-]+)`, 'gm'))].flatMap(([, verbs = '']) => verbs.split('|')),
  )

/** Null when the line names a command that exists, with options that it has. */
function faultOf(line: string): string | null {
  const words = wordsOf(line)
  const command = commands.find(({ name }) => name.split(' ').every((word, i) => words[i] === word))
  if (!command) return 'no such command'
  const end = words.indexOf('--')
  const args = words.slice(command.name.split(' ').length, end < 0 ? undefined : end)
  try {
    const { positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { ...command.options, help: { type: 'boolean' } },
    })
    const [verbs, [verb]] = [verbsOf(command.usage, command.name), positionals]
    return verbs.size === 0 || verb === undefined || verbs.has(verb) ? null : `no such verb: ${verb}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

test('every command line of sluice names a command, a verb and options that exist', () => {
  expect(commandLines.length).toBeGreaterThan(80)
  const faults = commandLines.map(({ source, line }) => ({ source, line, fault: faultOf(line) }))
  expect(faults.filter(({ fault }) => fault !== null)).toEqual([])
  expect(faultOf('rollout get x --colour')).toMatch(/Unknown option/)
  expect(faultOf('rollout gte x')).toBe('no such verb: gte')
  expect(faultOf('rollback x')).toBe('no such command')
})

test('the help of each command tells of every option that it takes', () => {
  const untold = commands.flatMap(({ name, usage, options }) =>
    Object.keys(options).flatMap((option) => (usage.includes(`--${option}`) ? [] : [`${name} --${option}`])),
  )
  expect(untold).toEqual([])
})

const context = { variants: ['on', 'off'], off: 'off', traffic: null }
const problemsOf = (input: PlanInput) => {
  const { candidate, baseline, ...plan } = input
  const variants = candidate === undefined ? context.variants : [candidate, baseline ?? 'off']
  return toPlan({ ...plan, ...(candidate ? { candidate } : {}) }, { ...context, variants }).problems
}

test('every plan can be started', () => {
  const plans = fences('json plan')
  expect(plans.length).toBeGreaterThan(5)
  for (const { source, body } of plans) expect(problemsOf(planInputSchema.parse(JSON.parse(body))), source).toEqual([])
})

test('every guardrail can be used in a plan', () => {
  const guardrails = fences('json guardrail')
  expect(guardrails.length).toBeGreaterThan(4)
  for (const { source, body } of guardrails) {
    const guardrail = guardrailInputSchema.parse(JSON.parse(body))
    expect(
      problemsOf({ flag: 'chat-model', guardrails: [guardrail, { metric: 'error', over: 0.5, onBreach: 'rollback' }] }),
      source,
    ).toEqual([])
  }
})

test('every flag and every sluice.yaml can be read', () => {
  const flags = fences('json flag').map(({ source, body }) => ({ source, flag: JSON.parse(body) as unknown }))
  const files = fences('yaml config').map(({ source, body }) => ({ source, file: configFileSchema.parse(parse(body)) }))
  expect([flags.length > 3, files.length > 0]).toEqual([true, true])
  for (const { source, flag } of flags) expect(parseFlag(flag), source).toMatchObject({ ok: true })
  for (const { source, file } of files) {
    for (const flag of Object.values(file.flags))
      expect(parseFlag({ enabled: false, ...flag }), source).toMatchObject({ ok: true })
    for (const [flag, plan] of Object.entries(file.rollouts)) {
      const variants = Object.keys((file.flags[flag]?.['variants'] ?? {}) as object)
      expect(
        toPlan({ ...plan, flag }, { variants, off: String(file.flags[flag]?.['off']), traffic: null }).problems,
        source,
      ).toEqual([])
    }
  }
})

const textOf = (path: string): string => pages.find((page) => page.path === path)?.markdown ?? ''

test('every code that exists stands in the reference', () => {
  const codes = (file: string) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/^ {2}(?:\| ')?([a-z_]+|[A-Z_]+)(?:'|: \{ status)/gm)].map(
      ([, name = '']) => name,
    )
  const reference = textOf('reference/codes.html')
  const known = ['core/src/planning/finding.ts', 'contract/src/problem.ts', 'core/src/rollout/state.ts'].flatMap(codes)
  expect(known.length).toBeGreaterThan(50)
  expect(known.filter((name) => !reference.includes(`\`${name}\``))).toEqual([])
})

test('every environment variable that is read stands in the reference, and no other', () => {
  const sources = ['server/src', 'cli/src', 'sdk/src', 'scripts', 'testing'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).flatMap((name) =>
      /(?<!\.test)\.(ts|mjs)$/.test(String(name)) ? [readFileSync(join(root, folder, String(name)), 'utf8')] : [],
    ),
  )
  const read = sources.flatMap((text) =>
    [
      ...text.matchAll(
        /(?:process\.env\.|variables\.|(?:process\.env|environment|variables)\['|read\(')([A-Z][A-Z_]+)\b/g,
      ),
    ].map(([, name = '']) => name),
  )
  const outside = new Set(['PATH', 'OPENAI_URL'])
  const told = [...textOf('reference/environment.html').matchAll(/^\| `([A-Z_]+)/gm)].map(([, name = '']) => name)
  const wanted = [...new Set(read)].filter((name) => !outside.has(name))
  expect(wanted.length).toBeGreaterThan(10)
  expect([...wanted, 'SLUICE_FORCE_'].toSorted()).toEqual(told.toSorted())
})
