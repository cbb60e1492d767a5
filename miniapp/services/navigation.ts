/** Where the pages are, and how to get there in each platform. */
import Taro from '@tarojs/taro';
import { isWeb } from '@/platform/platform';

export const pagePaths = {
  board: '/pages/board/board',
  my: '/pages/my/my',
  ledger: '/pages/ledger/ledger',
  community: '/pages/community/community',
  signIn: '/pages/sign-in/sign-in',
  choose: '/selection/choose/choose',
  confirm: '/selection/confirm/confirm',
  receipt: '/selection/receipt/receipt',
} as const;
export type PageName = keyof typeof pagePaths;
export type TabName = 'board' | 'my' | 'ledger';

function urlOf(page: PageName, query: Readonly<Record<string, string>>): string {
  const search = Object.keys(query).map((name) => `${name}=${encodeURIComponent(query[name]!)}`).join('&');
  return search === '' ? pagePaths[page] : `${pagePaths[page]}?${search}`;
}

/** Opens a page on top of this one. */
export function goTo(page: PageName, query: Readonly<Record<string, string>> = {}): void {
  void Taro.navigateTo({ url: urlOf(page, query) });
}

/** Puts a page in the place of this one: going back must not lead to what is over. */
export function replaceWith(page: PageName, query: Readonly<Record<string, string>> = {}): void {
  void Taro.redirectTo({ url: urlOf(page, query) });
}

/** To one of the main places. WeChat has a tab bar of its own, H5 has ours. */
export function goTab(tab: TabName): void {
  if (isWeb) void Taro.reLaunch({ url: pagePaths[tab] });
  else void Taro.switchTab({ url: pagePaths[tab] });
}

/** Back to where the person came from; to a main place when the page was opened by its address. */
export function goBack(orElse: TabName = 'board'): void {
  if (Taro.getCurrentPages().length > 1) void Taro.navigateBack();
  else goTab(orElse);
}
