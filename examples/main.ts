// `npm run example -- NAME`: one of the recipes, told as it goes.
const recipes: Readonly<Record<string, () => Promise<{ runRecipe(tell: (line: string) => void): Promise<unknown> }>>> =
  {
    'model-catalogue': () => import('./model-catalogue/recipe.ts'),
    'models-from-database': () => import('./models-from-database/recipe.ts'),
    'model-migration': () => import('./model-migration/recipe.ts'),
    'durable-flags': () => import('./durable-flags/recipe.ts'),
    'patch-mode': () => import('./patch-mode/recipe.ts'),
  }

const [name = ''] = process.argv.slice(2)
const load = Object.hasOwn(recipes, name) ? recipes[name] : undefined
if (!load) {
  console.error(`Expected one of: ${Object.keys(recipes).join(', ')}.`)
  process.exitCode = 2
} else {
  const { runRecipe } = await load()
  await runRecipe((line) => console.log(line))
}
