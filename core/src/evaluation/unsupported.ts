/** A part of a flag that this version cannot judge: the evaluation that reaches it serves `off`. Thrown while compiling. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported'
}
