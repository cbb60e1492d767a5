/**
 * webpack's runtime looks for the global object with `new Function("return this")` when there is no
 * `globalThis`. WeChat forbids building code from text and its review refuses packages with it, so the fallback
 * is replaced by WeChat's own `global`.
 */
import type { Compiler } from 'webpack';

const FORBIDDEN = /(?:new )?Function\((["'])return this\1\)\(\)/g;

export class NoFunctionConstructor {
  apply(compiler: Compiler): void {
    const { Compilation, sources } = compiler.webpack;
    compiler.hooks.thisCompilation.tap('NoFunctionConstructor', (compilation) => {
      // After minification, or the minifier's own spelling would slip through.
      compilation.hooks.processAssets.tap({ name: 'NoFunctionConstructor', stage: Compilation.PROCESS_ASSETS_STAGE_REPORT - 1 }, (assets) => {
        for (const name of Object.keys(assets)) {
          if (!name.endsWith('.js')) continue;
          const code = assets[name]!.source().toString();
          if (FORBIDDEN.test(code)) compilation.updateAsset(name, new sources.RawSource(code.replace(FORBIDDEN, '(typeof global==="object"?global:{})')));
        }
      });
    });
  }
}
