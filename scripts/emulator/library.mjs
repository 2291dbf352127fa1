// SPDX-License-Identifier: MIT
// Where rp2040js comes from: a node_modules folder that is outside the checkout.
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Load rp2040js from a node_modules folder (absolute path); throws if it is not there. */
export function loadLibrary(modulesDir) {
  const require = createRequire(join(modulesDir, 'rp2040js', 'package.json'));
  return require('rp2040js');
}
