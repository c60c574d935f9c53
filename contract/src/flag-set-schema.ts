// The native format as JSON Schema, for editors and other languages; `flag-set.schema.json` is this as a file. What a schema
// cannot say (variants that exist, weights that add up, cycles) `parseFlag` of `core/evaluation` says with the place and the remedy.

const text = { type: 'string' } as const
const name = {
  ...text,
  maxLength: 200,
  pattern: '^[^\u0000-\u001f\u007f-\u009f]+$',
  not: { enum: ['__proto__', 'prototype', 'constructor'] },
} as const
const attributeName = { ...text, pattern: String.raw`^([^$]|\$now$)` } as const
/** Above, integers are no longer exact. */
const largest = Number.MAX_SAFE_INTEGER
const number = { type: 'number', minimum: -largest, maximum: largest } as const
const whole = (minimum: number) => ({ type: 'integer', minimum, maximum: largest }) as const
const version = String.raw`^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`
const instant = { ...text, format: 'date-time' } as const
const ref = (definition: string) => ({ $ref: `#/$defs/${definition}` }) as const
const texts = { type: 'array', items: text } as const
const metadata = {
  type: 'object',
  propertyNames: name,
  additionalProperties: { anyOf: [text, number, { type: 'boolean' }] },
} as const

/** What samples and splits have in common: where the unit stands, and how it is placed. */
const bucket = {
  salt: { ...text, description: 'Makes this draw independent of others. Left out when writing: kept, or made.' },
  by: {
    description: 'The attribute that holds the unit, by default targetingKey; of several the first present.',
    anyOf: [text, { ...texts, minItems: 1 }],
  },
  hash: { enum: ['m3', 'unleash', 'unleash-variant', 'java31'], default: 'm3' },
  of: { ...whole(1), default: 100_000, description: 'What shares and weights are of.' },
  x: { type: 'object', description: 'Switches that only an imported flag needs.' },
} as const

/** Imported flags keep the salts of their source, whatever these look like. */
const ownSalt = {
  anyOf: [
    { properties: { salt: { ...text, pattern: '^[A-Za-z0-9._-]{1,64}$' } } },
    { properties: { hash: { not: { const: 'm3' } } }, required: ['hash'] },
  ],
} as const

const object = (properties: object, required: readonly string[], description: string) =>
  ({ type: 'object', description, properties, required, additionalProperties: false }) as const

const list = (variant: boolean, description: string) => ({
  type: 'array',
  description,
  maxItems: 100_000,
  items: object(
    {
      unit: { ...text, pattern: '^[^\u0000]+$' },
      ...(variant ? { variant: text } : {}),
      by: { ...text, default: 'targetingKey', description: 'The attribute that holds the unit.' },
      reason: { ...text, description: 'Why it is on the list.' },
      expires: { ...instant, description: 'The entry counts until then.' },
    },
    variant ? ['unit', 'variant'] : ['unit'],
    'A unit; past `expires` it is absent.',
  ),
})

const flag = object(
  {
    enabled: { type: 'boolean', description: 'The kill switch: false serves `off`, and nothing else is read.' },
    variants: {
      type: 'object',
      description: 'Named values of one type.',
      propertyNames: name,
      minProperties: 1,
      maxProperties: 100,
      anyOf: [{ type: 'boolean' }, number, text, ref('jsonObject')].map((values) => ({ additionalProperties: values })),
    },
    off: {
      type: ['string', 'null'],
      description: "Served when killed, excluded or in doubt; null: the default in the caller's code.",
    },
    force: { ...text, description: "On for everyone, by a person's hand." },
    requires: {
      type: 'array',
      description: 'What other flags must answer; else the off variant is served.',
      items: object(
        { flag: text, variants: texts, on: { type: 'boolean', default: true } },
        ['flag'],
        'What another flag must answer in the same context.',
      ),
    },
    exclude: list(false, 'Units that get the off variant, whatever stands below.'),
    include: list(true, 'Units that get a variant of their own; an exclusion wins.'),
    rules: { type: 'array', items: ref('rule'), description: 'The first that matches and does not miss serves.' },
    serve: { description: 'When no rule serves.', anyOf: [ref('serve'), { type: 'null' }] },
    client: { type: 'boolean', default: false, description: 'Visible to keys that are out in the open.' },
    metadata: { ...metadata, description: 'Goes along with every evaluation.' },
    description: { ...text, description: 'What the flag is for.' },
    owner: { ...text, description: 'Who answers for it.' },
    tags: { ...texts, description: 'Words to find it by.' },
    risk: { enum: ['low', 'medium', 'high'], description: 'How much can go wrong with it.' },
    rollbackImpact: { ...text, description: 'What people lose when it goes back; shown beside the kill switch.' },
    expires: { ...instant, description: 'When the flag should have left the code: it is stale after that.' },
    kind: {
      enum: ['release', 'ops'],
      description: 'A release is stale once it has shipped; ops is there to stay.',
    },
    models: object(
      { requires: texts, minContext: whole(1) },
      [],
      'What the models that its variants name must be able to do.',
    ),
  },
  ['enabled', 'variants', 'off', 'serve'],
  'Who gets which variant.',
)

const withValues = (op: readonly string[], values: object, description: string, more: object = {}) =>
  object(
    {
      attr: ref('attribute'),
      op: { enum: op },
      values: { type: 'array', minItems: 1, items: values },
      negate: { type: 'boolean', default: false },
      x: { type: 'object' },
      ...more,
    },
    ['attr', 'op', 'values'],
    `${description} Of an absent attribute false, also negated.`,
  )
const fold = { fold: { type: 'boolean', default: false, description: 'Leave case aside.' } }

const condition = {
  anyOf: [
    object({ all: { type: 'array', items: ref('condition') } }, ['all'], 'All hold.'),
    object({ any: { type: 'array', items: ref('condition') } }, ['any'], 'At least one holds.'),
    object({ not: ref('condition') }, ['not'], 'It does not hold, also when an attribute in it is absent.'),
    object({ segment: text }, ['segment'], 'The condition of that name.'),
    object(
      { attr: ref('attribute'), op: { const: 'exists' }, negate: { type: 'boolean' }, x: { type: 'object' } },
      ['attr', 'op'],
      'The attribute is there.',
    ),
    withValues(['in'], { anyOf: [text, number, { type: 'boolean' }] }, 'It is one of the values.', fold),
    withValues(['starts', 'ends', 'contains'], text, 'The text starts with, ends with or contains one of them.', fold),
    withValues(
      ['regex'],
      { ...text, maxLength: 256 },
      'One of the expressions finds something: RE2 syntax, unanchored.',
    ),
    withValues(['cidr'], text, 'The address lies in one of the blocks.'),
    withValues(
      ['semver.eq', 'semver.lt', 'semver.lte', 'semver.gt', 'semver.gte'],
      { ...text, pattern: version },
      'The version is equal to, below or above one of them.',
    ),
    withValues(['lt', 'lte', 'gt', 'gte'], number, 'The number is below or above one of them.'),
    withValues(
      ['before', 'after'],
      { anyOf: [instant, { type: 'integer' }] },
      'The time is before or after one of them.',
    ),
  ],
}

const definitions = {
  flag,
  rule: object(
    {
      id: { ...name, description: 'Its name, unique in the flag.' },
      if: ref('condition'),
      sample: ref('sample'),
      serve: ref('serve'),
      description: { ...text, description: 'What it is for.' },
    },
    ['id', 'serve'],
    'Serves whom its condition takes and its sample lets through; who misses goes on with the next rule.',
  ),
  sample: {
    ...object(
      { share: { ...whole(0), description: 'Of 100,000: 10 % is 10000.' }, ...bucket },
      ['share'],
      'A gate that lets a share through.',
    ),
    allOf: [
      ownSalt,
      { anyOf: [{ properties: { share: { type: 'integer', maximum: 100_000 } } }, { required: ['of'] }] },
    ],
  },
  serve: {
    anyOf: [
      text,
      {
        ...object(
          {
            split: {
              type: 'array',
              minItems: 1,
              items: {
                type: 'array',
                prefixItems: [text, whole(0)],
                minItems: 2,
                maxItems: 2,
                description: 'Variant and weight.',
              },
              description: 'Weights add up to 100,000. Their order matters: a change of it moves units.',
            },
            ...bucket,
          },
          ['split'],
          'One of several variants, by weight.',
        ),
        ...ownSalt,
      },
    ],
  },
  condition,
  attribute: {
    description: 'One literal name, or a path into the context as a list of names. $now is the time.',
    anyOf: [attributeName, { type: 'array', items: attributeName, minItems: 1 }],
  },
  json: {
    description: 'Any value of JSON whose integers are exact.',
    anyOf: [
      { type: 'null' },
      { type: 'boolean' },
      text,
      number,
      { type: 'array', items: ref('json') },
      ref('jsonObject'),
    ],
  },
  jsonObject: { type: 'object', propertyNames: { not: name.not }, additionalProperties: ref('json') },
  segment: object({ if: ref('condition'), description: text }, ['if'], 'A condition under a name.'),
}

/** JSON Schema 2020-12 of a flag set; one flag, as it is written, is `#/$defs/flag`. */
export const flagSetSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:sluice:flag-set:1',
  title: 'Sluice flag set',
  type: 'object',
  description: "One environment's flags at one revision.",
  properties: {
    schema: { const: 1 },
    env: text,
    epoch: text,
    revision: whole(0),
    flagCount: { ...whole(0), description: 'How many flags there are, to see a set that was cut off.' },
    flags: { type: 'object', propertyNames: name, additionalProperties: ref('snapshotFlag') },
    segments: { type: 'object', propertyNames: name, additionalProperties: ref('segment') },
    metadata,
  },
  required: ['schema', 'env', 'epoch', 'revision', 'flagCount', 'flags'],
  $defs: {
    ...definitions,
    snapshotFlag: {
      ...flag,
      description: 'A flag with the rollout that owns the share of one rule.',
      properties: {
        ...flag.properties,
        rollout: object(
          {
            id: text,
            rule: text,
            attempt: { type: 'integer' },
            visit: { type: 'integer' },
            timeoutMs: { type: 'number' },
          },
          ['id', 'rule', 'attempt', 'visit', 'timeoutMs'],
          'Travels back with every observation of the flag.',
        ),
      },
    },
  },
} as const
