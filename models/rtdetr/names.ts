/**
 * Names of tensors in checkpoint files. Files use the names of the parameter table; some writers use those
 * of newer modules, or repeat the heads at the top level.
 */
const renames: readonly (readonly [RegExp, string])[] = [
  [/^(class_embed|bbox_embed)\./, "model.decoder.$1."],
  [/^model\.encoder\.aifi\.(\d+)\./, "model.encoder.encoder.$1."],
  [/^(model\.(?:encoder\.encoder\.\d+|decoder)\.layers\.\d+)\.mlp\.(fc[12])\./, "$1.$2."],
  [/\.self_attn\.o_proj\./, ".self_attn.out_proj."],
];

/** The parameter table's name for a name found in a file. */
export function canonicalName(name: string): string {
  return renames.reduce((result, [pattern, by]) => result.replace(pattern, by), name);
}
