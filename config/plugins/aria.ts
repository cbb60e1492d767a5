/**
 * Taro plugin: keeps `aria-*` in weapp. Without it a screen reader in WeChat hears a button with a bare number
 * and no name. The platform object is complete only when its set-up closes, hence the hook.
 */
import path from 'node:path';
import type { IPluginContext } from '@tarojs/service';

const ariaProps = require('./aria-props') as Record<string, Record<string, string>>;

interface MiniPlatform {
  template?: { mergeComponents(ctx: IPluginContext, patch: object): void };
  runtimePath: string | string[];
}

export default (ctx: IPluginContext) => {
  ctx.registerMethod({
    name: 'onSetupClose',
    fn(platform: MiniPlatform) {
      if (!platform.template) return; // H5 has no templates
      platform.template.mergeComponents(ctx, ariaProps);
      platform.runtimePath = ([] as string[]).concat(platform.runtimePath, path.resolve(__dirname, 'aria-runtime.js'));
    },
  });
};
