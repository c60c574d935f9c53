/** How much a test does: `npm test` takes the first figure, `npm run test:long` the second, with the limits of a release. */
export const scale = (usual: number, long: number): number => (process.env['SLUICE_TESTS'] === 'long' ? long : usual)
